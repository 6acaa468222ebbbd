use super::*;

#[test]
fn sentences_are_whole_in_both_languages() {
    for (act, street, english, chinese) in [
        (Act::Start(44.0), "", "Head northeast.", "向东北出发。"),
        (Act::Start(359.0), "A Road", "Head north on A Road.", "向北出发，沿A Road行驶。"),
        (Act::Turn("left"), "A Road", "Turn left onto A Road.", "左转，进入A Road。"),
        (Act::Turn("uturn"), "", "Make a U-turn.", "掉头。"),
        (Act::Continue, "A Road", "Continue onto A Road.", "继续行驶，进入A Road。"),
        (
            Act::EnterRoundabout(Some(2)),
            "A Road",
            "Enter the roundabout and take exit 2 onto A Road.",
            "进入环岛，从第2个出口驶出，进入A Road。",
        ),
        (Act::EnterRoundabout(None), "", "Enter the roundabout.", "进入环岛。"),
        (Act::Board, "Douglas - Heysham", "Take the ferry Douglas - Heysham.", "乘渡轮（Douglas - Heysham）。"),
        (Act::Arrive, "A Road", "You have arrived.", "到达目的地。"),
    ] {
        assert_eq!(Language::English.say(act, street), english);
        assert_eq!(Language::Chinese.say(act, street), chinese);
    }
    for (tag, language) in [(None, "en-US"), (Some("zh-Hans"), "zh-CN"), (Some("de-DE"), "en-US")] {
        assert_eq!(Language::of(tag).tag(), language);
    }
}
