use fastrand::Rng;

use super::*;
use crate::domain::zones::{
    compare::{Side, compare},
    judge::tests::{at, cut, judge, judged, scene},
};

#[test]
fn a_report_is_one_whole_page_in_either_language() {
    let mut dice = Rng::with_seed(3);
    let scene = scene(&mut dice);
    let [mut a, mut b] = [cut(&scene, &mut dice, 5), cut(&scene, &mut dice, 6)];
    [&mut a, &mut b].into_iter().flat_map(|l| l.zones.values_mut()).for_each(|z| z.name = "<b>&".into());
    let [mut before, mut after] = [judge(&scene), judge(&scene)];
    let told = [judged(&mut before, &scene, &a), judged(&mut after, &scene, &b)];
    let own_ms = [before.own_ms(), after.own_ms()];
    let atoms = scene.facts.atoms();
    let comparison = compare(
        &scene.base,
        &scene.facts,
        Side { layer: &a, atoms, judgement: &told[0], own_ms: &own_ms[0] },
        Side { layer: &b, atoms, judgement: &told[1], own_ms: &own_ms[1] },
    )
    .unwrap();
    for language in [ReportLanguage::En, ReportLanguage::Zh] {
        let html = ComparisonReport {
            county: "Test county",
            names: ["Plan <1>", "Plan \"2\""],
            layers: [&a, &b],
            atoms,
            squads: &Squads::default(),
            comparison: &comparison,
            assumptions: before.assumptions(),
            definition: scene.base.definition(),
            at: at(),
            made_at: at(),
            attribution: "© somebody",
            language,
            zone: &TimeZone::get("Asia/Shanghai").unwrap(),
        }
        .html();
        for tag in ["section", "table", "tr", "td", "th", "figure", "svg", "text", "header", "footer", "div", "p"] {
            let opened = html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{tag}");
        }
        assert!(html.matches("<svg").count() == 5, "maps and charts");
        assert!(html.contains("Plan &lt;1&gt;") && html.contains("&lt;b&gt;&amp;") && !html.contains("<b>&"));
        assert!(html.contains("© somebody") && html.contains("2026-03-02 20:00 (UTC+08:00)"));
        for f in FIGURES {
            assert!(html.contains(language.pick(f.meaning, f.meaning_zh)), "{}", f.figure);
        }
        for loaded in ["http:", "https:", "src=", "url(h", "<script", "NaN"] {
            assert!(!html.contains(loaded), "{loaded}");
        }
        assert_eq!(html.contains("网格方案对比"), language == ReportLanguage::Zh);
    }
}
