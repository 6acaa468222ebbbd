//! Our entry beside the peers: the same queries, the same JSON lines.
//!
//! `bench_xunge EXTRACT FILE.osm.pbf QUERIES GRAPH.bin` reads `incidents.csv`, `squads*.csv` and
//! `cells_r9.csv` from the folder QUERIES; `bench_xunge generated NODES GRAPH.bin` makes the network
//! and the queries up. GRAPH.bin is written for `cpp_dijkstra`: our graph with the queries moved to
//! nodes, so that both can also be compared on one and the same network.
//!
//! Engine `xunge` searches, `xunge_cch` uses the hierarchy, `xunge_chosen` takes what the service takes,
//! with rows kept of all squads. All points are snapped beforehand.

use std::{
    fs,
    hint::black_box,
    io::Write,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use xunge::{
    base::{Error, LngLat, Result},
    domain::{
        isochrone::Canvas,
        response::Definition,
        roads::{Network, Roads, SpeedTable},
        squads::Profile,
    },
    import::{Source, generate, network, osm},
    kernel::{
        dijkstra::Workspace,
        entrance::{Heading, Limits, entrances},
        graph::{CLOSED, Entrance, Graph, NodeIx, Position, degrees},
        hierarchy::{Climbs, Hierarchy, Order, Targets},
        nearest::{Candidate, Query, Starts, nearest_eligible},
        reach,
        snap::{Snapped, Snapper},
        travel::{self, Field, TravelTime, nearest_among},
    },
};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["generated", nodes, bin] => generated(nodes.parse().map_err(Error::internal)?, Path::new(bin)),
        [extract, file, queries, bin] => peers(extract, Path::new(file), Path::new(queries), Path::new(bin)),
        _ => Err(Error::invalid("arguments", "EXTRACT FILE.osm.pbf QUERIES GRAPH.bin, or generated NODES GRAPH.bin")),
    }
}

/// What is asked, on the network.
struct Queries {
    incidents: Vec<Snapped>,
    squads200: Vec<Snapped>,
    squads11: Vec<Snapped>,
    squads50: Vec<Snapped>,
    cells: Vec<Snapped>,
}

fn peers(extract: &str, file: &Path, queries: &Path, bin: &Path) -> Result<()> {
    let silent = |_: &str, _, _| {};
    let (raw, _) = osm::read(&[Source::Path(file)], &silent)?;
    let (built, _) = network::build(&raw, SpeedTable::Osrm, &silent)?;
    let Roads { graph, snapper, .. } = built.car();
    let points = |name: &str| -> Result<Vec<Snapped>> {
        let mut rows = csv::Reader::from_path(queries.join(name)).map_err(Error::internal)?;
        let last_two = |row: csv::StringRecord| -> Result<LngLat> {
            let at = |i: usize| row[row.len() - i].parse().map_err(Error::internal);
            Ok(LngLat { lng: at(2)?, lat: at(1)? })
        };
        let points: Vec<LngLat> =
            rows.records().map(|r| last_two(r.map_err(Error::internal)?)).collect::<Result<_>>()?;
        let snap = |&p: &LngLat| {
            snapper.snap(graph, p).ok_or_else(|| Error::invalid("queries", format!("no road is near {p}")))
        };
        points.iter().map(snap).collect()
    };
    let mut incidents = points("incidents.csv")?;
    incidents.truncate(300);
    let q = Queries {
        incidents,
        squads200: points("squads200.csv")?,
        squads11: points("squads11.csv")?,
        squads50: points("squads50.csv")?,
        cells: points("cells_r9.csv")?,
    };
    write(graph, &q, bin)?;
    let h = measure(extract, graph, &q)?;
    rows(extract, graph, &h, snapper, &q)?;
    pictures(extract, Arc::new(built.clone()), &q)
}

/// What is reached within 30 minutes, as H3 cells and as one polygon.
fn pictures(extract: &str, network: Arc<Network>, q: &Queries) -> Result<()> {
    let canvas = Canvas::new(&network, Profile::Car, &Definition::default())?;
    let origin = |p: &Snapped| [Entrance::from(p.position())];
    let mut ws = Workspace::default();
    let cells = repeat(&q.incidents, |p| canvas.reached(&mut ws, &origin(p), 1_800_000));
    emit("xunge", extract, "b_iso30_cells", cells)?;
    let polygon = |p: &Snapped| canvas.outline(&canvas.reached(&mut ws, &origin(p), 1_800_000), 1_800_000);
    emit("xunge", extract, "b_iso30_polygon", repeat(&q.incidents, polygon))
}

fn generated(nodes: usize, bin: &Path) -> Result<()> {
    let (topology, metric) = generate::roads(nodes, 1)?;
    let graph = Graph::new(topology, metric)?;
    let snapper = Snapper::new(&graph.topology);
    let mut somewhere = somewhere(&graph, &snapper);
    let mut places = |count: usize| -> Vec<Snapped> { somewhere.by_ref().take(count).collect() };
    let q = Queries {
        incidents: places(300),
        squads200: places(200),
        squads11: places(11),
        squads50: places(50),
        cells: places(2_813),
    };
    write(&graph, &q, bin)?;
    let extract = format!("generated{nodes}");
    let h = measure(&extract, &graph, &q)?;
    rows(&extract, &graph, &h, &snapper, &q)
}

/// Near some junction, again and again; always the same sequence.
fn somewhere<'a>(graph: &'a Graph, snapper: &'a Snapper) -> impl Iterator<Item = Snapped> + 'a {
    let mut seed = 1u64;
    let anywhere = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = degrees(graph.topology.node_e7[(seed >> 33) as usize % graph.topology.node_e7.len()]);
        snapper.snap(graph, LngLat { lng: at.lng + 2e-4, lat: at.lat + 1e-4 })
    };
    std::iter::repeat_with(anywhere).flatten()
}

fn candidates(at: &[Snapped]) -> Vec<Candidate> {
    at.iter().map(|&at| Candidate { at, extra_ms: 0 }).collect()
}

fn measure(extract: &str, graph: &Graph, q: &Queries) -> Result<Hierarchy> {
    let line = |engine: &str, item: &str, times: Vec<Duration>| emit(engine, extract, item, times);
    let (mut ws, mut climbs) = (Workspace::default(), Climbs::default());
    let start = Instant::now();
    let order = Order::new(&graph.topology, 2);
    line("xunge_cch", "order", vec![start.elapsed()])?;
    let start = Instant::now();
    let h = Hierarchy::new(&order, graph, 2)?;
    line("xunge_cch", "structure_and_customise", vec![start.elapsed()])?;
    line("xunge_cch", "customise_2_threads", repeat(&[(); 5], |()| h.customised(graph, 2)))?;
    let [structure, weights] = h.bytes();
    eprintln!(
        "{extract}: {} nodes, {} links, {} edges; hierarchy {} arcs, {structure} + {weights} bytes; climb {} arcs",
        graph.nodes(),
        graph.links(),
        graph.edges(),
        h.arcs(),
        q.incidents.iter().map(|i| h.work(graph, i.position())).sum::<usize>() / q.incidents.len()
    );

    let starts = Starts::new(graph, candidates(&q.squads200));
    let starts = &starts;
    let all = |p: &Snapped| nearest_eligible(graph, &mut ws, nearest(p, starts), |_| true);
    line("xunge", "a_nearest3_early_stop", repeat(&q.incidents, all))?;
    for count in [5usize, 10, 20, 40, 80] {
        let few: Vec<usize> = (0..count).map(|c| c * 200 / count).collect();
        let eligible: Vec<bool> = (0..200).map(|c| few.contains(&c)).collect();
        let mut by_search = |p: &Snapped| nearest_eligible(graph, &mut ws, nearest(p, starts), |c| eligible[c]);
        let mut by_climbs = |p: &Snapped| h.nearest_eligible(graph, &mut climbs, nearest(p, starts), &few);
        let item = format!("a_nearest3_{count}_eligible");
        line("xunge", &item, repeat(&q.incidents, &mut by_search))?;
        line("xunge_cch", &item, repeat(&q.incidents, &mut by_climbs))?;
        assert!(q.incidents.iter().all(|p| by_search(p) == by_climbs(p)), "{item}");
    }
    for (item, limit_ms) in [("b_iso10_nodes", 600_000), ("b_iso30_nodes", 1_800_000)] {
        let mut found: Vec<(NodeIx, u32)> = Vec::new();
        let times = repeat(&q.incidents, |p| {
            found.clear();
            reach::nodes(graph, &mut ws, p.position(), limit_ms, |node, ms| found.push((node, ms)));
        });
        line("xunge", item, times)?;
        let times = repeat(&q.incidents, |p| {
            found.clear();
            h.nodes(graph, &mut climbs, p.position(), limit_ms, |node, ms| found.push((node, ms)));
        });
        line("xunge_cch", item, times)?;
    }
    let targets = Targets::new(&h, graph, &q.cells);
    for (item, squads) in [("c_coverage11", &q.squads11), ("c_coverage50", &q.squads50)] {
        let sources = candidates(squads);
        let sweep = |ws: &mut Workspace| reach::sweep(graph, ws, &sources, &q.cells, CLOSED - 1);
        line("xunge", item, repeat(&[(); 21], |()| sweep(&mut ws)))?;
        line("xunge_cch", item, repeat(&[(); 21], |()| h.sweep(graph, &mut climbs, &sources, &targets, CLOSED - 1)))?;
        assert_eq!(sweep(&mut ws), h.sweep(graph, &mut climbs, &sources, &targets, CLOSED - 1));
    }
    Ok(h)
}

fn nearest<'a>(target: &'a Snapped, starts: &'a Starts) -> Query<'a> {
    Query { target, starts, k: 3, routes: false }
}

/// The rows that the service keeps of its squads, beside searches and climbs.
fn rows(extract: &str, graph: &Graph, h: &Hierarchy, snapper: &Snapper, q: &Queries) -> Result<()> {
    let line = |engine: &str, item: &str, times: Vec<Duration>| emit(engine, extract, item, times);
    let (mut ws, mut climbs) = (travel::Workspace::default(), Climbs::default());

    // Who is eligible is known beforehand, as the C++ program knows it.
    let mut nearest_3 = |hierarchy, starts: &Starts, few: Vec<usize>| {
        let travel = TravelTime { graph, hierarchy };
        let mut is_eligible = vec![false; starts.len()];
        few.iter().for_each(|&c| is_eligible[c] = true);
        let mut field = Field { travel, starts, target: Vec::new(), eligible: few };
        repeat(&q.incidents, |p| {
            field.target = vec![p.position().into()];
            nearest_among(std::slice::from_ref(&field), &mut ws, 3, false, |c| is_eligible[c].then_some(c))
        })
    };
    let of_200 = Starts::new(graph, candidates(&q.squads200)).keeping_rows();
    line("xunge_chosen", "a_nearest3_early_stop", nearest_3(Some(h), &of_200, (0..200).collect()))?;
    for count in [5usize, 10, 20, 40, 100] {
        let few = (0..200).step_by(200 / count).collect();
        line("xunge_chosen", &format!("a_nearest3_{count}_eligible"), nearest_3(Some(h), &of_200, few))?;
    }

    let at: Vec<Position> = q.squads200.iter().map(Snapped::position).collect();
    let to = [q.incidents[0].position()];
    line("xunge_cch", "rows_200_climbs", repeat(&[(); 101], |()| h.table(graph, &mut climbs, &at, &to)))?;
    let anew = |climbs: &mut Climbs| at.iter().map(|&at| h.row(graph, climbs, at)).collect::<Vec<_>>();
    line("xunge_cch", "rows_200_made", repeat(&[(); 101], |()| anew(&mut climbs)))?;

    let fleet: Vec<Snapped> = somewhere(graph, snapper).take(50_000).collect();
    let enter = |p: &Snapped| entrances(graph, graph, snapper, p.point, Heading::Out, &Limits::DEFAULT);
    line("xunge", "rows_move_snapping", repeat(&fleet[..5_000], enter))?;
    let (plain, mut c) = (Starts::new(graph, candidates(&fleet)), 0..);
    let mut kept = plain.clone().keeping_rows();
    let moves = |p: &Snapped| {
        let ways: Vec<Entrance> = enter(p).into_iter().flatten().map(|way| way.position().into()).collect();
        let made = ways.iter().map(|way| h.row(graph, &mut climbs, way.at)).collect();
        let c = c.next().unwrap_or(0) % 5_000;
        kept.put(graph, c, &ways);
        kept.keep_rows(c, made);
    };
    line("xunge_cch", "rows_move", repeat(&fleet[..5_000], moves))?;

    let kept = plain.clone().keeping_rows();
    for share in [1usize, 10, 250, 10_000] {
        let few: Vec<usize> = (0..fleet.len()).step_by(share).collect();
        let item = format!("fleet_nearest3_{}_eligible", few.len());
        line("xunge_chosen", &item, nearest_3(Some(h), &kept, few.clone()))?;
        let mut search = Workspace::default();
        let mut by_search =
            |p: &Snapped| nearest_eligible(graph, &mut search, nearest(p, &plain), |c| c.is_multiple_of(share));
        line("xunge", &item, nearest_3(None, &plain, few.clone()))?;
        // With more it is out of question.
        if few.len() <= 5_000 {
            let mut by_climbs = |p: &Snapped| h.nearest_eligible(graph, &mut climbs, nearest(p, &plain), &few);
            line("xunge_cch", &item, repeat(&q.incidents[..50], &mut by_climbs))?;
            // Whether chosen or not.
            let mut by_rows = |p: &Snapped| h.nearest_eligible(graph, &mut climbs, nearest(p, &kept), &few);
            line("xunge_rows", &item, repeat(&q.incidents, &mut by_rows))?;
            assert!(q.incidents.iter().all(|p| by_search(p) == by_rows(p)), "{item}");
        }
    }
    for c in 0..fleet.len() {
        h.nearest_eligible(graph, &mut climbs, nearest(&q.incidents[0], &kept), &[c]);
    }
    for (squads, starts) in [(200, &of_200), (fleet.len(), &kept)] {
        let [count, bytes] = starts.rows_held();
        eprintln!("{extract}: {count} rows of {squads} squads, {bytes} bytes, {} a row", bytes / count.max(1));
    }
    Ok(())
}

/// One round to warm up, one that counts.
fn repeat<I, T>(inputs: &[I], mut work: impl FnMut(&I) -> T) -> Vec<Duration> {
    let mut round = || -> Vec<Duration> {
        let timed = |input| {
            let start = Instant::now();
            black_box(work(input));
            start.elapsed()
        };
        inputs.iter().map(timed).collect()
    };
    round();
    round()
}

/// A line as the peers write theirs, also appended to the file `BENCH_OUT` where that is set.
fn emit(engine: &str, extract: &str, item: &str, mut times: Vec<Duration>) -> Result<()> {
    times.sort();
    let ms = |t: Duration| (t.as_secs_f64() * 1e7).round() / 1e4;
    let at = |share: f64| ms(times[((times.len() as f64 * share) as usize).min(times.len() - 1)]);
    let mean = ms(times.iter().sum::<Duration>() / times.len() as u32);
    let line = serde_json::json!({
        "engine": engine, "extract": extract, "item": item, "n": times.len(),
        "p50_ms": at(0.5), "p99_ms": at(0.99), "mean_ms": mean,
    });
    println!("{line}");
    if let Some(path) = std::env::var_os("BENCH_OUT") {
        let file = fs::OpenOptions::new().append(true).create(true).open(path);
        writeln!(file.map_err(Error::internal)?, "{line}").map_err(Error::internal)?;
    }
    Ok(())
}

/// Arrays of 32-bit words, each after its length: outgoing rows, incoming rows, queries by node.
fn write(graph: &Graph, q: &Queries, path: &Path) -> Result<()> {
    let mut bytes = Vec::new();
    let mut put = |words: &[u32]| {
        bytes.extend((words.len() as u32).to_le_bytes());
        words.iter().for_each(|w| bytes.extend(w.to_le_bytes()));
    };
    for reverse in [false, true] {
        let mut edges: Vec<[u32; 3]> = (0..2 * graph.links() as u32)
            .filter(|&e| graph.ms(e) != CLOSED)
            .map(|e| {
                let [a, b] = graph.ends(e);
                if reverse { [b, a, graph.ms(e)] } else { [a, b, graph.ms(e)] }
            })
            .collect();
        edges.sort_unstable();
        edges.dedup_by_key(|e| [e[0], e[1]]);
        let first = (0..=graph.topology.node_e7.len() as u32).map(|n| edges.partition_point(|e| e[0] < n) as u32);
        put(&first.collect::<Vec<_>>());
        put(&edges.iter().map(|e| e[1]).collect::<Vec<_>>());
        put(&edges.iter().map(|e| e[2].max(1)).collect::<Vec<_>>());
    }
    for points in [&q.incidents, &q.squads200, &q.squads11, &q.squads50, &q.cells] {
        put(&points.iter().map(|p| graph.ends(2 * p.link)[0]).collect::<Vec<_>>());
    }
    fs::write(path, bytes).map_err(Error::internal)
}
