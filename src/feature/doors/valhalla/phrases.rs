//! What a driver is told, in English and Chinese.

/// A language that instructions are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Chinese,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Act {
    /// With the bearing, degrees.
    Start(f64),
    /// With OSRM's word for it.
    Turn(&'static str),
    Continue,
    EnterRoundabout(Option<usize>),
    LeaveRoundabout,
    Board,
    Land,
    Arrive,
}

const DIRECTIONS: [[&str; 2]; 8] = [
    ["north", "北"],
    ["northeast", "东北"],
    ["east", "东"],
    ["southeast", "东南"],
    ["south", "南"],
    ["southwest", "西南"],
    ["west", "西"],
    ["northwest", "西北"],
];

/// By OSRM's word.
const TURNS: [(&str, [&str; 2]); 8] = [
    ("straight", ["Continue", "直行"]),
    ("slight right", ["Bear right", "向右前方行驶"]),
    ("right", ["Turn right", "右转"]),
    ("sharp right", ["Turn sharp right", "向右后方转弯"]),
    ("slight left", ["Bear left", "向左前方行驶"]),
    ("left", ["Turn left", "左转"]),
    ("sharp left", ["Turn sharp left", "向左后方转弯"]),
    ("uturn", ["Make a U-turn", "掉头"]),
];

impl Language {
    /// English, where it is none of these.
    pub fn of(tag: Option<&str>) -> Self {
        if tag.is_some_and(|tag| tag.to_lowercase().starts_with("zh")) { Self::Chinese } else { Self::English }
    }

    pub fn tag(self) -> &'static str {
        ["en-US", "zh-CN"][self as usize]
    }

    /// The sentence for it; `street` is empty where it has no name.
    pub fn say(self, act: Act, street: &str) -> String {
        let words = |both: [&'static str; 2]| both[self as usize];
        let what = match (act, self) {
            (Act::Start(deg), _) => {
                let direction = words(DIRECTIONS[(deg / 45.0).round() as usize % 8]);
                if self == Self::English { format!("Head {direction}") } else { format!("向{direction}出发") }
            }
            (Act::Turn(word), _) => TURNS.iter().find(|(w, _)| *w == word).map_or("", |(_, both)| words(*both)).into(),
            (Act::Continue, _) => words(["Continue", "继续行驶"]).into(),
            (Act::EnterRoundabout(None), _) => words(["Enter the roundabout", "进入环岛"]).into(),
            (Act::EnterRoundabout(Some(exit)), Self::English) => {
                format!("Enter the roundabout and take exit {exit}")
            }
            (Act::EnterRoundabout(Some(exit)), Self::Chinese) => format!("进入环岛，从第{exit}个出口驶出"),
            (Act::LeaveRoundabout, _) => words(["Leave the roundabout", "驶出环岛"]).into(),
            (Act::Board, _) => words(["Take the ferry", "乘渡轮"]).into(),
            (Act::Land, _) => words(["Leave the ferry", "下渡轮"]).into(),
            (Act::Arrive, _) => words(["You have arrived", "到达目的地"]).into(),
        };
        let onto = match (act, self) {
            (Act::Arrive, _) => None,
            (Act::Start(_), Self::English) => Some(format!(" on {street}")),
            (Act::Board, Self::English) => Some(format!(" {street}")),
            (_, Self::English) => Some(format!(" onto {street}")),
            (Act::Start(_), Self::Chinese) => Some(format!("，沿{street}行驶")),
            (Act::Board, Self::Chinese) => Some(format!("（{street}）")),
            (_, Self::Chinese) => Some(format!("，进入{street}")),
        };
        let onto = onto.filter(|_| !street.is_empty()).unwrap_or_default();
        format!("{what}{onto}{}", words([".", "。"]))
    }
}

#[cfg(test)]
mod tests;
