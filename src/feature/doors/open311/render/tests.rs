use super::*;

#[test]
fn records_are_the_same_in_both() {
    let mut text = String::new();
    let records =
        json!([{ "name": "a <b> & \"c\"\u{1}", "lat": 54.1, "metadata": false, "formats": ["x", "y"], "none": null }]);
    element(&mut text, "services", "service", &records);
    let want = "<services><service><name>a &lt;b&gt; &amp; &quot;c&quot;\u{fffd}</name><lat>54.1</lat>\
                <metadata>false</metadata><formats><format>x</format><format>y</format></formats><none></none>\
                </service></services>";
    let (mut members, mut wanted): (Vec<_>, Vec<_>) = (text.split("><").collect(), want.split("><").collect());
    members.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(members, wanted);
    assert_eq!(Format::of("a.b.xml"), Some(("a.b", Format::Xml)));
    assert_eq!(Format::of("services"), None);
}
