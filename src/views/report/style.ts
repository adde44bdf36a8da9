/** Colors of one theme. Text colors reach a contrast of 4.5 on `page` and `card`. */
export interface Theme {
  readonly page: string;
  readonly card: string;
  readonly ink: string;
  readonly quiet: string;
  readonly rule: string;
  readonly ours: string;
  readonly theirs: string;
  readonly up: string;
  readonly down: string;
  readonly warn: string;
  readonly 'warn-card': string;
}

export const LIGHT: Theme & Record<string, string> = {
  page: '#f7f6f2', card: '#ffffff', ink: '#1c232b', quiet: '#5a6572', rule: '#e3e1da',
  ours: '#0f4c81', theirs: '#8a5a00', up: '#0b6b3f', down: '#b3261e',
  warn: '#6b4700', 'warn-card': '#fff3d6', cash: '#d9d7cf',
  p1: '#e9f4ec', p2: '#cbe7d3', p3: '#a5d6b4', p4: '#7cc394',
  m1: '#fbeceb', m2: '#f6d3d0', m3: '#f0b3ae', m4: '#e8918a',
  c1: '#3f78ae', c2: '#e0a03c', c3: '#5a9e6f', c4: '#b7638f',
  c5: '#7f70b5', c6: '#4fa9b5', c7: '#a67a52', c8: '#848b95',
}; // prettier-ignore

export const DARK: Theme & Record<string, string> = {
  page: '#11151a', card: '#181e25', ink: '#e4e8ec', quiet: '#9aa6b2', rule: '#2a323b',
  ours: '#79b8f0', theirs: '#e0b060', up: '#62c892', down: '#f4918a',
  warn: '#f3d28b', 'warn-card': '#2e2715', cash: '#3a424c',
  p1: '#1b2c25', p2: '#1e4031', p3: '#225640', p4: '#286e4f',
  m1: '#30211f', m2: '#482926', m3: '#62312d', m4: '#803a34',
  c1: '#5a93c9', c2: '#cf973f', c3: '#5fa377', c4: '#bb6c97',
  c5: '#8d7fc4', c6: '#55aab6', c7: '#ad845d', c8: '#7d8691',
}; // prettier-ignore

const variables = (theme: Record<string, string>): string =>
  Object.entries(theme)
    .map(([name, color]) => `--${name}:${color}`)
    .join(';');

const BANDS = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'cash', 'ours', 'theirs']
  .map((name) => `.${name}{--tone:var(--${name})}`)
  .join('');

const HEAT = ['p1', 'p2', 'p3', 'p4', 'm1', 'm2', 'm3', 'm4']
  .map((name) => `.${name}{background:var(--${name})}`)
  .join('');

const THEMES = `
:root{color-scheme:light;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{color-scheme:dark;${variables(DARK)}}}
:root:has(#theme-light:checked){color-scheme:light;${variables(LIGHT)}}
:root:has(#theme-dark:checked){color-scheme:dark;${variables(DARK)}}
@media print{:root,:root:has(#theme-dark:checked){color-scheme:light;${variables(LIGHT)}}}`;

const PAGE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:break-word}
.wrap{max-width:1120px;margin:0 auto;padding:0 20px}
header.wrap{padding-top:28px;display:grid;grid-template-columns:auto 1fr auto;gap:4px 16px;
align-items:center}
.mark{width:40px;height:40px;color:var(--ours)}
h1{font-size:25px;line-height:1.2;margin:0;letter-spacing:-.01em;font-weight:650}
h2{font-size:18px;margin:0 0 12px;font-weight:650;letter-spacing:-.005em}
h3{font-size:14px;margin:22px 0 6px;font-weight:650}
p{margin:0 0 10px}
.facts-line{margin:2px 0 0;color:var(--quiet)}
.stage{display:inline-block;font-size:12px;font-weight:650;letter-spacing:.04em;padding:1px 8px;
border:1px solid currentColor;border-radius:99px;color:var(--ours);text-transform:uppercase}
.stage.live{color:var(--down)}
.theme{border:1px solid var(--rule);border-radius:8px;margin:0;padding:2px;display:flex;
background:var(--card);font-size:13px}
.theme label{position:relative;padding:2px 10px;border-radius:6px;cursor:pointer;
color:var(--quiet)}
.theme input{position:absolute;inset:0;opacity:0;margin:0;cursor:pointer}
.theme label:has(:checked){background:var(--page);color:var(--ink);font-weight:600}
.theme label:has(:focus-visible){outline:2px solid var(--ours)}
nav ul{list-style:none;margin:18px 0 0;padding:0 0 10px;display:flex;flex-wrap:wrap;gap:4px 20px;
border-bottom:1px solid var(--rule);font-size:14px}
a{color:var(--ours);text-decoration:none}a:hover{text-decoration:underline}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.notes{margin:16px 0 0;padding:10px 16px 10px 34px;background:var(--warn-card);color:var(--warn);
border-radius:10px;border:1px solid currentColor}
.notes li{padding:1px 0}
section{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:20px 22px;
margin:16px 0}
section.bare{background:none;border:0;padding:0}
.quiet{color:var(--quiet);font-weight:400}
p.quiet{font-size:13.5px}
.up{color:var(--up)}.down{color:var(--down)}
footer{color:var(--quiet);font-size:13px;padding-top:8px;padding-bottom:36px}
:focus-visible{outline:2px solid var(--ours);outline-offset:2px;border-radius:4px}`;

const TILES = `
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin:0}
.tile{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:13px 16px}
.tile dt{color:var(--quiet);font-size:13px}
.tile dd{margin:0}
.tile .value{font-size:25px;line-height:1.3;font-weight:600;letter-spacing:-.015em}
.tile .detail{font-size:12.5px;line-height:1.45;color:var(--quiet);min-height:1.45em}
.groups{columns:2;column-gap:40px}
.group{break-inside:avoid;padding-bottom:14px}
.group h3{margin-top:0}`;

const CHARTS = `
.chart{display:grid;grid-template-columns:minmax(0,1fr) 70px}
.chart svg{display:block;overflow:visible}
.plot,.side,.below{width:100%}
.below{grid-column:1}
.chart text{font-size:11.5px;fill:var(--quiet)}
.below text{text-anchor:middle}
.side text.end{font-weight:650;fill:var(--tone)}
.grid{stroke:var(--rule)}.zero{stroke:var(--quiet);stroke-opacity:.55}
.line{fill:none;stroke:var(--tone);stroke-width:1.6;stroke-linejoin:round;
vector-effect:non-scaling-stroke}
.line.theirs{stroke-width:1.3;stroke-opacity:.9}
.fall{--tone:var(--down)}path.fall:not(.line){fill:var(--down);fill-opacity:.16}
.stack{fill:var(--tone);stroke:var(--card);stroke-width:.5;vector-effect:non-scaling-stroke}
.swatch{display:inline-block;margin-right:6px;vertical-align:-1px}.swatch rect{fill:var(--tone)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 18px;margin:0 0 8px;padding:0;
font-size:13px}
.b>*{visibility:hidden;pointer-events:none}
.b>rect{visibility:visible;pointer-events:all;fill:transparent}
.b:hover>*{visibility:visible}
.b line{stroke:var(--quiet);stroke-dasharray:2 2}
.b circle{fill:var(--tone);stroke:var(--card);stroke-width:1.5}
.chart .b text{fill:var(--ink);font-size:12.5px;font-weight:600;white-space:pre;paint-order:stroke;
stroke:var(--card);stroke-width:5px;stroke-linejoin:round}
${BANDS}`;

const TABLES = `
table{border-collapse:collapse;width:100%;font-size:13.5px;line-height:1.45}
th,td{text-align:left;vertical-align:top;padding:5px 12px 5px 0;border-bottom:1px solid var(--rule)}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--quiet);font-weight:500;font-size:12.5px;white-space:nowrap}
tbody th{font-weight:500}
.n{text-align:right;white-space:nowrap}
td{overflow-wrap:anywhere}
.sum>*{border-bottom:0}
.scroll{overflow-x:auto}
.date,time{white-space:nowrap}
.fills td{white-space:nowrap}.id{color:var(--quiet);font-size:12px}
.decisions{table-layout:fixed}
.decisions th:nth-child(1){width:126px}.decisions th:nth-child(2){width:30%}
.decisions td{padding-top:7px;padding-bottom:7px}
.decisions .date{white-space:normal}.decisions .date span{white-space:nowrap}
.tag{display:inline-block;font-size:12px;font-weight:600;padding:0 7px;border-radius:5px;
border:1px solid var(--rule);color:var(--quiet)}
.tag.act{color:var(--card);background:var(--ours);border-color:var(--ours)}
.targets{font-size:13px}
.facts{font-size:12.5px;color:var(--ink);margin:3px 0 1px}
.facts b{display:inline-block;font-weight:400;margin-right:10px}
.facts i{font-style:normal;color:var(--quiet)}
.days{list-style:none;margin:8px 0 2px;padding:0 0 0 12px;border-left:2px solid var(--rule);
font-size:13px;max-height:420px;overflow-y:auto}
.days li{padding:3px 0;content-visibility:auto;contain-intrinsic-size:auto 44px}
.days time{color:var(--quiet)}
summary{cursor:pointer;border-radius:4px}
summary::marker{color:var(--quiet)}
.year{margin-top:6px}
.year>summary{padding:7px 0;font-weight:600;border-bottom:1px solid var(--rule)}
.formulas td,.formulas th{min-width:150px}`;

const MONTHS = `
.months{text-align:center;border-collapse:separate;border-spacing:2px;table-layout:fixed}
.months th,.months td{text-align:center;padding:5px 1px;border:0;border-radius:4px;
font-size:12.5px;white-space:nowrap}
.months tbody th{text-align:left;font-weight:600}
.months .total{font-weight:650}.months .theirs{color:var(--quiet)}
.months td.theirs .up,.months td.theirs .down{color:var(--quiet)}
${HEAT}`;

const NARROW = `
@media (max-width:900px){.tiles{grid-template-columns:repeat(2,1fr)}}
@media (max-width:640px){
.wrap{padding:0 12px}
header.wrap{grid-template-columns:auto 1fr;padding-top:16px}
.theme{grid-column:1/-1;justify-self:start}
h1{font-size:21px}
section{padding:14px 14px}
.tiles{gap:8px}.tile{padding:10px 12px}.tile .value{font-size:20px}
.chart{grid-template-columns:minmax(0,1fr) 58px}
.below .odd{display:none}.stack{stroke:none}.fills .date .quiet{display:none}
.chart .b text{font-size:11.5px}
.groups{columns:1}
.decisions,.decisions tbody{display:block}.decisions thead{display:none}
.decisions tr{display:block;padding:9px 0;border-bottom:1px solid var(--rule)}
.decisions td{padding:0;border:0;display:inline}
.decisions td.date{float:left;margin-right:10px}.decisions td.why{display:block}
.months{display:block}.months thead{display:none}.months tbody{display:block}
.months tr{display:grid;grid-template-columns:repeat(6,1fr);gap:2px;padding:8px 0}
.months tbody th{grid-column:1/3}
.months .total{grid-column:3/5;grid-row:1;text-align:right}
.months td.theirs{grid-column:5/7;grid-row:1;text-align:right}
.months td[data-month]{padding:2px 0 4px}
.months td[data-month]::before{content:attr(data-month);display:block;font-size:10.5px;
color:var(--quiet)}
}
@media print{
body{font-size:11px;background:none}.theme,nav{display:none}
section,.tile{break-inside:avoid;border-color:#ccc}
#decisions,#fills,#figures{break-inside:auto}
.days{max-height:none}tr{break-inside:avoid}
}`;

/** The whole style sheet; nothing in it is fetched. */
export const STYLE = THEMES + PAGE + TILES + CHARTS + TABLES + MONTHS + NARROW;
