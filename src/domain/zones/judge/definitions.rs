//! What every figure means, in both languages: echoed in answers and printed in reports.

use serde::Serialize;

/// One figure's name, unit and meaning.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FigureDefinition {
    pub figure: &'static str,
    pub unit: &'static str,
    pub name: &'static str,
    pub name_zh: &'static str,
    pub meaning: &'static str,
    pub meaning_zh: &'static str,
}

const fn figure(
    figure: &'static str,
    unit: &'static str,
    [name, name_zh]: [&'static str; 2],
    [meaning, meaning_zh]: [&'static str; 2],
) -> FigureDefinition {
    FigureDefinition { figure, unit, name, name_zh, meaning, meaning_zh }
}

/// In the order of a report.
pub const FIGURES: &[FigureDefinition] = &[
    figure(
        "atoms",
        "",
        ["Atoms", "网格数"],
        ["Grids of the zone, or H3 cells where there are none.", "该区所含网格（无网格处为 H3 单元）的数目。"],
    ),
    figure(
        "area_m2",
        "m²",
        ["Area", "面积"],
        ["Sum of the atoms' areas on the WGS-84 ellipsoid.", "所含网格在 WGS-84 椭球面上的面积之和。"],
    ),
    figure(
        "buildings",
        "",
        ["Buildings", "建筑物"],
        ["Buildings of the road extract whose middle lies in an atom.", "路网数据中中心点落在网格内的建筑物数。"],
    ),
    figure(
        "road_km",
        "km",
        ["Roads", "道路长度"],
        [
            "Length of the roads that cars may use, each counted once, laid to atoms in steps of at most 25 m.",
            "机动车可行道路的长度，每条只计一次，按不超过 25 米的步长归入网格。",
        ],
    ),
    figure(
        "incidents",
        "",
        ["Incidents", "事件数"],
        ["Incidents reported in the days that count, void ones left out.", "统计天数内上报的事件，作废者除外。"],
    ),
    figure(
        "drive_median_s",
        "s",
        ["Median drive", "行车时间中位数"],
        [
            "Drive and walk from the nearest of the zone's own squads on shift to the cells of its incidents, median by \
         nearest rank; from any squad where none of its own comes.",
            "本区在班中队中最近者到各事件所在单元的行车及步行时间，取最近秩中位数；本区无队可达时取任意中队。",
        ],
    ),
    figure(
        "workload.incidents_h",
        "h/week",
        ["Work on incidents", "处置工作量"],
        [
            "Incidents a week × (handling on the scene + median drive).",
            "每周事件数 ×（现场处置时间 + 行车时间中位数）。",
        ],
    ),
    figure(
        "workload.patrol_h",
        "h/week",
        ["Work on patrol", "巡查工作量"],
        ["Road length × patrols a week ÷ patrol speed.", "道路长度 × 每周巡查次数 ÷ 巡查速度。"],
    ),
    figure(
        "workload.total_h",
        "h/week",
        ["Workload", "工作量"],
        ["Work on incidents and on patrol; of all zones the sum of theirs.", "处置与巡查工作量之和；合计为各区之和。"],
    ),
    figure(
        "p50_s",
        "s",
        ["Response P50", "响应 P50"],
        [
            "Least response such that cells with half of the weight are reached no later: handling, turnout, drive and walk. \
         Cells weigh as many buildings as the zone has in them, all the same where it has none. Null where nobody comes.",
            "使占一半权重的单元都能及时到达的最小响应时间（受理、出动、行车、步行）。权重为单元内本区建筑物数，无建筑时各单元等权；无人可达为空。",
        ],
    ),
    figure(
        "p90_s",
        "s",
        ["Response P90", "响应 P90"],
        ["The same for nine tenths of the weight.", "同上，占九成权重。"],
    ),
    figure(
        "worst_s",
        "s",
        ["Worst response", "最迟响应"],
        [
            "Of all accessible cells; null where nobody comes to one of them.",
            "所有可达单元中的最大值；有单元无人可达则为空。",
        ],
    ),
    figure(
        "within",
        "",
        ["Share in time", "按时到场占比"],
        [
            "Weight of the cells where somebody is within the minutes ÷ weight of all; within_accessible: ÷ weight of the \
         cells that a road leads to.",
            "规定分钟内可到场单元的权重 ÷ 全部权重；within_accessible 只除以有路可达单元的权重。",
        ],
    ),
    figure(
        "depth",
        "",
        ["Depth", "覆盖深度"],
        [
            "Squads that are there within the minutes: the mean over the accessible weight, and the least of any cell.",
            "规定分钟内可到场的中队数：按权重的平均值及各单元最小值。",
        ],
    ),
    figure(
        "parts",
        "",
        ["Parts", "连片数"],
        [
            "Sets of atoms that hang together by shared border; loose_atoms are those outside the largest.",
            "以公共边界相连的网格组数；loose_atoms 为最大一组之外的网格。",
        ],
    ),
    figure(
        "polsby_popper",
        "",
        ["Polsby-Popper", "Polsby-Popper 紧凑度"],
        [
            "4π · area ÷ perimeter², in Lambert's azimuthal equal-area projection around the middle of the county's box.",
            "4π · 面积 ÷ 周长²，采用以县域外包矩形中心为原点的兰伯特等积方位投影。",
        ],
    ),
    figure(
        "reock",
        "",
        ["Reock", "Reock 紧凑度"],
        [
            "Area ÷ that of the smallest circle around, drawn with 32 corners; same projection.",
            "面积 ÷ 最小外接圆（以 32 边形绘制）面积；投影同上。",
        ],
    ),
    figure(
        "hull",
        "",
        ["Convex hull", "凸包紧凑度"],
        ["Area ÷ that of the convex hull; same projection.", "面积 ÷ 凸包面积；投影同上。"],
    ),
    figure(
        "people.wanted",
        "",
        ["People wanted", "应配人数"],
        ["By the roles of the zone's team.", "该区队伍各岗位应配人数之和。"],
    ),
    figure(
        "people.there",
        "",
        ["People there", "实有人数"],
        ["By the roles of the zone's team where it is known.", "该区队伍各岗位已知实有人数之和。"],
    ),
    figure(
        "max_to_mean",
        "",
        ["Max ÷ mean", "最大/平均"],
        ["The largest zone's value ÷ the mean of all zones.", "最大值 ÷ 各区平均值。"],
    ),
    figure(
        "gini",
        "",
        ["Gini", "基尼系数"],
        [
            "Mean difference of two zones ÷ twice the mean: 0 when all are equal.",
            "两区差值的平均 ÷ 两倍平均值；完全均等为 0。",
        ],
    ),
];
