//! How a report looks, on a screen and on A4.

pub const STYLE: &str = "\
@page { size: A4; margin: 14mm 12mm 16mm; }
* { box-sizing: border-box; }
body { font: 10.5pt/1.45 system-ui, 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif;
  color: #1c2430; margin: 0 auto; max-width: 186mm; padding: 6mm 0; background: #fff;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
@media print { body { padding: 0; max-width: none; } }
h1 { font-size: 19pt; margin: 0; letter-spacing: .01em; }
h2 { font-size: 12.5pt; margin: 6mm 0 2mm; padding-bottom: 1mm; border-bottom: .3mm solid #c7ced8; break-after: avoid; }
.names { font-size: 12pt; margin: 1mm 0 3mm; }
header dl { display: flex; flex-wrap: wrap; gap: 1mm 8mm; margin: 0; }
header dl div { display: block; }
dt { font-size: 8pt; color: #5b6675; } dd { margin: 0; font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-size: 9pt; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: #3a4656; border-bottom: .3mm solid #8f9bab; padding: .8mm 1.6mm; vertical-align: bottom; }
td { border-bottom: .15mm solid #dde2e9; padding: .7mm 1.6mm; vertical-align: top; }
td:not(:first-child), thead th:not(:first-child) { text-align: right; }
thead { display: table-header-group; } tr { break-inside: avoid; }
table.wide { font-size: 6.6pt; } table.wide th { font-size: 6.4pt; line-height: 1.2; } table.wide td, table.wide th { padding: .5mm .7mm; }
table.wide tbody { break-inside: avoid; } table.wide tr.was td { color: #5b6675; border-bottom: 0; }
table.wide tr td.zone { color: #1c2430; min-width: 30mm; border-bottom: .15mm solid #dde2e9; } td.plan { text-align: left !important; max-width: 18mm; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
table.definitions { font-size: 8pt; } table.definitions th, table.definitions td { text-align: left !important; border-bottom: .15mm solid #dde2e9; vertical-align: top; } table.definitions th { white-space: nowrap; }
h2 + p { break-after: avoid; }
.maps { display: grid; grid-template-columns: repeat(3, 1fr); gap: 3mm; }
.charts { display: grid; grid-template-columns: 1fr 1fr; gap: 4mm; }
figure { margin: 0; break-inside: avoid; } figcaption { font-size: 8.5pt; color: #3a4656; margin-top: 1mm; }
svg { width: 100%; height: auto; display: block; background: #f4f6f9; border: .2mm solid #dde2e9; }
.charts svg { background: none; border: 0; }
.key i { display: inline-block; width: 3.4mm; height: 3.4mm; vertical-align: -.4mm; margin: 0 1mm 0 3mm; }
.key i.was { background: #a8b3c2; } .key i.is { background: #1f5fa8; }
footer { margin-top: 8mm; padding-top: 2mm; border-top: .3mm solid #c7ced8; font-size: 8pt; color: #5b6675; }
";
