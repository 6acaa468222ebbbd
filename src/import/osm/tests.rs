//! Small PBF files, written here byte by byte, then a real one where it is at hand.

use std::path::{Path, PathBuf};

use super::*;
use crate::import::boundaries::{OsmOptions, from_osm};

/// Protocol buffers, as far as OSM PBF needs them: varints and length-delimited fields.
#[derive(Default, Clone)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut v: u64) {
        while v > 0x7F {
            self.0.push(v as u8 | 0x80);
            v >>= 7;
        }
        self.0.push(v as u8);
    }

    fn int(mut self, field: u64, v: u64) -> Self {
        self.varint(field << 3);
        self.varint(v);
        self
    }

    fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    fn packed(self, field: u64, values: impl IntoIterator<Item = u64>) -> Self {
        let mut inner = Self::default();
        values.into_iter().for_each(|v| inner.varint(v));
        self.bytes(field, &inner.0)
    }
}

fn zigzag(v: i64) -> u64 {
    (v << 1 ^ v >> 63) as u64
}

fn deltas(ids: impl IntoIterator<Item = i64>) -> Vec<u64> {
    let mut last = 0;
    ids.into_iter().map(|id| zigzag(id - std::mem::replace(&mut last, id))).collect()
}

/// A file in the making: nodes, ways and relations each in a block of their own.
#[derive(Default, Clone)]
struct Pbf {
    strings: Vec<String>,
    elements: [Vec<Message>; 3],
    feature: Option<&'static str>,
    /// Of every element, 0 for none.
    version: u64,
}

impl Pbf {
    fn word(&mut self, s: &str) -> u64 {
        let known = self.strings.iter().position(|x| x == s);
        known.unwrap_or_else(|| {
            self.strings.push(s.to_owned());
            self.strings.len() - 1
        }) as u64
    }

    /// An element of the given id (encoded) and tags, `"highway=service name=A"`.
    fn tagged(&mut self, id: u64, tags: &str) -> Message {
        let pairs: Vec<(&str, &str)> = tags.split_whitespace().filter_map(|t| t.split_once('=')).collect();
        let keys: Vec<u64> = pairs.iter().map(|p| self.word(p.0)).collect();
        let values: Vec<u64> = pairs.iter().map(|p| self.word(p.1)).collect();
        let element = Message::default().int(1, id).packed(2, keys).packed(3, values);
        if self.version == 0 { element } else { element.bytes(4, &Message::default().int(1, self.version).0) }
    }

    /// At `x`, `y` in 1e-7 degrees.
    fn node(mut self, id: i64, x: i64, y: i64, tags: &str) -> Self {
        let node = self.tagged(zigzag(id), tags).int(8, zigzag(y)).int(9, zigzag(x));
        self.elements[0].push(node);
        self
    }

    fn way(mut self, id: u64, refs: &[i64], tags: &str) -> Self {
        let way = self.tagged(id, tags).packed(8, deltas(refs.iter().copied()));
        self.elements[1].push(way);
        self
    }

    /// Members as (role, 0 node / 1 way, id).
    fn relation(mut self, id: u64, members: &[(&str, u64, i64)], tags: &str) -> Self {
        let roles: Vec<u64> = members.iter().map(|m| self.word(m.0)).collect();
        let relation = self
            .tagged(id, tags)
            .packed(8, roles)
            .packed(9, deltas(members.iter().map(|m| m.2)))
            .packed(10, members.iter().map(|m| m.1));
        self.elements[2].push(relation);
        self
    }

    /// The blocks of the file: header, nodes, ways, relations.
    fn blocks(&self) -> Vec<Vec<u8>> {
        let features = ["OsmSchema-V0.6"].into_iter().chain(self.feature);
        let header = features.fold(Message::default(), |m, f| m.bytes(4, f.as_bytes()));
        let table = self.strings.iter().fold(Message::default(), |m, s| m.bytes(1, s.as_bytes()));
        let mut blocks = vec![block("OSMHeader", header)];
        for (field, elements) in [1, 3, 4].into_iter().zip(&self.elements) {
            let group = elements.iter().fold(Message::default(), |m, e| m.bytes(field, &e.0));
            blocks.push(block("OSMData", Message::default().bytes(1, &table.0).bytes(2, &group.0)));
        }
        blocks
    }

    fn bytes(&self) -> Vec<u8> {
        self.blocks().concat()
    }
}

fn block(kind: &str, content: Message) -> Vec<u8> {
    let blob = Message::default().int(2, content.0.len() as u64).bytes(1, &content.0);
    let header = Message::default().bytes(1, kind.as_bytes()).int(3, blob.0.len() as u64);
    [(header.0.len() as u32).to_be_bytes().to_vec(), header.0, blob.0].concat()
}

fn read_bytes(files: &[&[u8]]) -> Result<(RawRoads, Report)> {
    let sources: Vec<Source> = files.iter().map(|bytes| Source::Bytes { name: "town.osm.pbf", bytes }).collect();
    read(&sources, &|_, _, _| {})
}

fn town() -> Pbf {
    Pbf::default()
        .node(1, 0, 0, "")
        .node(2, 1000, 0, "barrier=gate access=private note=x")
        .node(3, 2000, 0, "")
        .node(4, 2000, 2000, "place=village name=Altdorf name:zh=阿尔特多夫 name:fr=Vieux")
        .way(10, &[1, 2, 3], "highway=residential name=Mill-Lane note=x maxspeed:forward=30")
        .way(11, &[3, 4], "route=ferry")
        .way(12, &[1, 3], "highway=proposed")
        .way(13, &[3, 99], "highway=service")
}

#[test]
fn roads_keep_their_nodes_and_the_tags_that_matter() {
    let (raw, report) = read_bytes(&[&town().bytes()]).unwrap();
    assert_eq!(raw.nodes.iter().map(|n| n.id).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(raw.nodes[2].e7, [2000, 0]);
    assert_eq!(raw.ways.iter().map(|w| (w.id, w.ferry)).collect::<Vec<_>>(), [(10, false), (11, true)]);
    let mill = &raw.ways[0];
    assert_eq!(mill.nodes, [0, 1, 2]);
    assert_eq!(raw.tag(&mill.tags, "maxspeed:forward"), Some("30"));
    assert_eq!((raw.tag(&mill.tags, "note"), mill.tags.len()), (None, 3));
    let [(1, gate)] = &raw.node_tags[..] else { panic!("{:?}", raw.node_tags) };
    assert_eq!((raw.tag(gate, "access"), raw.tag(gate, "note")), (Some("private"), None));
    let [village] = &raw.places[..] else { panic!("{:?}", raw.places) };
    assert_eq!((village.name.as_str(), village.name_zh.as_deref()), ("Altdorf", Some("阿尔特多夫")));
    assert_eq!((report.taken["roads"], report.taken["ferry lines"]), (1, 1));
    assert_eq!(report.dropped["way with fewer than two nodes in the extract"], 1);
    assert_eq!(report.dropped["way of a kind that is no road (proposed, under construction, ...)"], 1);
}

#[test]
fn turn_restrictions_are_kept_as_read() {
    let pbf = town()
        .relation(
            1,
            &[("from", 1, 10), ("via", 0, 3), ("to", 1, 13)],
            "type=restriction restriction=no_left_turn except=psv",
        )
        .relation(2, &[("from", 1, 10), ("via", 1, 13), ("to", 1, 11)], "type=restriction restriction:conditional=x")
        .relation(3, &[("from", 1, 10), ("to", 1, 13)], "type=restriction restriction=no_u_turn")
        .relation(4, &[("via", 0, 3), ("to", 1, 13)], "type=restriction restriction=no_u_turn")
        .relation(5, &[("", 1, 10)], "type=route");
    let (raw, report) = read_bytes(&[&pbf.bytes()]).unwrap();
    let [left, across] = &raw.restrictions[..] else { panic!("{:?}", raw.restrictions) };
    assert_eq!((&left.from[..], &left.via, &left.to[..]), (&[10][..], &Via::Node(3), &[13][..]));
    assert_eq!(raw.tag(&left.tags, "restriction"), Some("no_left_turn"));
    assert_eq!(raw.tag(&left.tags, "except"), Some("psv"));
    assert_eq!((across.id, &across.via), (2, &Via::Ways(vec![13])));
    assert_eq!(raw.tag(&across.tags, "restriction:conditional"), Some("x"));
    assert_eq!(report.dropped.values().sum::<u64>(), 5, "{report:?}");
}

#[test]
fn outlines_give_middles_of_buildings_and_settlements() {
    let pbf = town()
        .node(20, 0, 0, "")
        .node(21, 400, 0, "")
        .node(22, 400, 200, "")
        .node(23, 0, 200, "")
        .node(24, 7, 8, "building=hut")
        .way(30, &[20, 21, 22, 23, 20], "building=yes")
        .way(31, &[20, 21, 22], "")
        .way(32, &[20, 23, 22], "")
        .way(33, &[20, 21, 22, 20], "building=no")
        .relation(40, &[("outer", 1, 31), ("outer", 1, 32)], "type=multipolygon building=yes")
        .relation(41, &[("outer", 1, 30)], "type=multipolygon building=yes")
        .relation(42, &[("outer", 1, 31), ("outer", 1, 32)], "type=multipolygon place=hamlet name=B")
        .relation(43, &[("outer", 1, 31), ("label", 0, 21)], "type=boundary place=town name=C")
        .relation(44, &[("outer", 1, 77)], "type=multipolygon building=yes");
    let (raw, report) = read_bytes(&[&pbf.bytes()]).unwrap();
    assert_eq!(raw.buildings, [[7, 8], [200, 100], [200, 100]]);
    let at: Vec<(&str, [i64; 2])> =
        raw.places.iter().map(|p| (p.name.as_str(), [p.at.lng, p.at.lat].map(|d| (d * 1e7).round() as i64))).collect();
    assert_eq!(at, [("Altdorf", [2000, 2000]), ("B", [200, 100]), ("C", [400, 0])]);
    assert_eq!(report.dropped["building relation whose outline is a building too, taken once"], 1);
    assert_eq!(report.dropped["building or settlement whose outline is not in the extract"], 1);
}

#[test]
fn files_merge_and_fill_each_others_gaps() {
    let neighbour = Pbf::default()
        .node(3, 2000, 0, "")
        .node(99, 3000, 0, "")
        .way(10, &[1, 2, 3], "highway=residential")
        .way(14, &[3, 99], "highway=track");
    let (a, b) = (town().bytes(), neighbour.bytes());
    let (raw, report) = read_bytes(&[&a, &b]).unwrap();
    assert_eq!(raw.ways.iter().map(|w| w.id).collect::<Vec<_>>(), [10, 11, 13, 14]);
    assert_eq!(raw.tag(&raw.ways[0].tags, "name"), Some("Mill-Lane"), "the first file's version stays");
    assert_eq!(raw.ways[2].nodes, [2, 4]);
    assert_eq!(report.dropped["way in two files, taken once"], 1);
    assert_eq!(RawRoads::from_bytes(&raw.to_bytes().unwrap()).unwrap(), raw);
    assert!(RawRoads::from_bytes(&raw.to_bytes().unwrap()[..100]).is_err());
}

#[test]
fn of_two_versions_the_higher_counts_in_whichever_order_they_come() {
    let file = |version: u64, tags: &str, x: i64, gate: &str| {
        Pbf { version, ..Pbf::default() }
            .node(1, 0, 0, "")
            .node(2, x, 0, gate)
            .way(10, &[1, 2], tags)
            .way(11, &[1, 2], if version == 1 { "highway=service" } else { "highway=construction" })
            .way(12, &[1, 2], if version == 1 { "highway=proposed" } else { "highway=track" })
            .bytes()
    };
    let old = file(1, "highway=residential name=Old maxspeed=30", 1000, "barrier=gate");
    let new = file(2, "highway=primary name=New", 2000, "");
    for files in [[&old[..], &new], [&new[..], &old]] {
        let (raw, _) = read_bytes(&files).unwrap();
        let told: Vec<_> =
            raw.ways.iter().map(|w| (w.id, raw.tag(&w.tags, "highway"), raw.tag(&w.tags, "maxspeed"))).collect();
        assert_eq!(told, [(10, Some("primary"), None), (12, Some("track"), None)]);
        assert_eq!((raw.nodes[1].e7, &raw.node_tags[..]), ([2000, 0], &[][..]), "the gate is gone");
    }
}

#[test]
fn a_file_cut_off_anywhere_is_refused_by_name() {
    let blocks = town().blocks();
    let bytes = blocks.concat();
    // Without its relations a file is still whole.
    let whole = bytes.len() - blocks[3].len();
    for cut in (0..bytes.len()).filter(|&cut| cut != whole) {
        let refusal = read_bytes(&[&bytes[..cut]]).expect_err("a cut-off file was taken").detail;
        assert!(refusal.starts_with("town.osm.pbf: "), "cut at {cut}: {refusal}");
    }
}

#[test]
fn what_is_no_extract_is_refused_with_the_reason() {
    let reason = |bytes: &[u8]| read_bytes(&[bytes]).unwrap_err().detail;
    assert!(reason(b"").contains("empty"));
    assert!(reason(br#"{"type":"FeatureCollection","features":[]}"#).contains("not an OSM PBF file"));
    assert!(reason(b"PK\x03\x04").contains("a ZIP archive: unpack it"));
    assert!(reason(&town().blocks()[1..].concat()).contains("header"));
    assert!(reason(&Pbf::default().node(1, 0, 0, "").bytes()).contains("no road"));
    let history = Pbf { feature: Some("HistoricalInformation"), ..town() };
    assert!(reason(&history.bytes()).contains("HistoricalInformation"));
    let missing = read(&[Source::Path(Path::new("no/such.osm.pbf"))], &|_, _, _| {}).unwrap_err();
    assert!(missing.detail.starts_with("no/such.osm.pbf: cannot be read"), "{missing}");
    assert!(read(&[], &|_, _, _| {}).is_err());
    let off = town().node(3, 1_900_000_000, 0, "");
    assert_eq!(read_bytes(&[&off.bytes()]).unwrap().1.dropped["node outside -180..180, -90..90"], 1);
}

#[test]
fn the_same_extract_gives_the_same_bytes_and_tells_its_progress() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/isle_of_man_2020-03-14.osm.pbf");
    if !path.exists() {
        println!("skipped: isle_of_man_2020-03-14.osm.pbf");
        return;
    }
    let steps = std::cell::RefCell::new(Vec::new());
    let progress = |stage: &str, done, total| steps.borrow_mut().push((stage.to_owned(), done, total));
    let (a, report) = read(&[Source::Path(&path)], &progress).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let (b, _) = read(&[Source::Bytes { name: "again", bytes: &bytes }], &|_, _, _| {}).unwrap();
    assert!(a.to_bytes().unwrap() == b.to_bytes().unwrap());
    let (twice, merged) = read(&[Source::Path(&path), Source::Path(&path)], &|_, _, _| {}).unwrap();
    assert!(twice == a && merged.taken == report.taken);
    for stage in ["relations", "ways", "nodes"] {
        assert!(steps.borrow().iter().any(|s| s.0 == stage && s.1 <= s.2), "{stage}");
    }
    for cut in [bytes.len() - 1, bytes.len() / 2, 1000] {
        let cut = Source::Bytes { name: "cut", bytes: &bytes[..cut] };
        assert!(read(&[cut], &|_, _, _| {}).unwrap_err().detail.contains("cut off"));
    }
}

#[test]
fn a_closed_way_is_a_boundary_unless_it_is_part_of_one() {
    const TAGS: &str = "boundary=administrative admin_level=8";
    let square = |x: i64| [(x, 0), (x + 100_000, 0), (x + 100_000, 100_000), (x, 100_000)];
    let mut file = Pbf::default();
    for (first, x) in [(1, 0), (5, 100_000), (9, 300_000)] {
        for (id, (x, y)) in (first..).zip(square(x)) {
            file = file.node(id, x, y, "");
        }
    }
    let file = file
        .way(20, &[1, 2, 3, 4, 1], &format!("{TAGS} name=Peel"))
        .way(21, &[5, 6, 7, 8, 5], &format!("{TAGS} name=Part-of-Onchan"))
        .way(22, &[9, 10, 11, 12], &format!("{TAGS} name=Open"))
        .way(23, &[9, 10, 11, 12, 9], "boundary=administrative admin_level=6 name=Above")
        .relation(30, &[("outer", 1, 21)], &format!("{TAGS} type=boundary name=Onchan"));
    let options = OsmOptions { admin_levels: vec!["8".into()], code_tag: None };
    let (areas, report) = from_osm(Source::Bytes { name: "t.osm.pbf", bytes: &file.bytes() }, &options).unwrap();
    let told: Vec<_> = areas.iter().map(|a| (a.name.as_str(), a.code.as_str(), a.origin.as_str())).collect();
    assert_eq!(told, [("Onchan", "r30", "relation 30"), ("Peel", "w20", "way 20")]);
    assert!(report.dropped.is_empty(), "{report:?}");
}
