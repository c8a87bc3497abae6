// Colours keep a contrast of 3 to 1 against the page (text: 4.5 to 1) in both schemes, and their lightness
// differs, so that they can be told apart without hue.
#include "tools/report/html.h"

namespace yy {

const std::string_view page_style = R"(:root {
  color-scheme: light dark;
  --page: #ffffff; --card: #f6f7f9; --text: #1c2430; --faint: #5b6675; --line: #d5dae1;
  --yin: #2f6fd0; --yang: #c2570c; --cascade: #0b7a5e; --wrong: #1c2430; --rule: #8a2be2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1b2129; --text: #e6eaf0; --faint: #9aa6b5; --line: #39424e;
    --yin: #7db0ff; --yang: #ffa657; --cascade: #4fd6ab; --wrong: #e6eaf0; --rule: #d2a8ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 16px; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 8px 0 12px; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 32px 0 8px; padding-top: 12px; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 16px 0 6px; }
p { max-width: 75ch; margin: 8px 0; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; margin: 12px 0; }
.tiles > div { background: var(--card); border-radius: 8px; padding: 10px 12px; min-width: 0; }
.tiles dt { color: var(--faint); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.35rem; font-weight: 600; overflow-wrap: anywhere; }
.tiles dd.note { font-size: .8rem; font-weight: 400; color: var(--faint); }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(360px, 100%), 1fr)); gap: 14px; margin: 0 0 14px; }
figure { margin: 0; background: var(--card); border-radius: 8px; padding: 10px; min-width: 0; max-width: 620px; }
figcaption { font-weight: 600; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 11px system-ui, sans-serif; fill: var(--faint); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; list-style: none; margin: 4px 0 0; padding: 0; font-size: .8rem; }
.legend li { min-width: 0; overflow-wrap: anywhere; }
.legend svg { display: inline-block; width: 18px; height: 10px; vertical-align: baseline; margin-right: 5px; }
.axis { stroke: var(--faint); stroke-width: 1; fill: none; }
.grid { stroke: var(--line); stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.dashed { stroke-dasharray: 5 4; }
.band { stroke: none; opacity: .22; }
.dot { stroke: var(--card); stroke-width: 1.5; }
.small { stroke-width: .75; }
.bar { stroke: var(--card); stroke-width: .5; }
.s-yin { stroke: var(--yin); } .f-yin { fill: var(--yin); }
.s-yang { stroke: var(--yang); } .f-yang { fill: var(--yang); }
.s-cascade { stroke: var(--cascade); } .f-cascade { fill: var(--cascade); }
.s-wrong { stroke: var(--wrong); } .f-wrong { fill: var(--wrong); }
.s-faint { stroke: var(--faint); } .f-faint { fill: var(--faint); }
.s-rule { stroke: var(--rule); } .f-rule { fill: var(--rule); }
.wide { overflow-x: auto; margin: 10px 0; }
table { border-collapse: collapse; font-size: .9rem; }
caption { text-align: left; font-weight: 600; padding: 4px 0; }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 10px; list-style: none; margin: 0; padding: 0; }
.gallery li { background: var(--card); border-radius: 8px; padding: 6px; font-size: .75rem; min-width: 0; }
.gallery img { display: block; width: 100%; height: 96px; object-fit: contain; margin-bottom: 4px; }
.gallery span { display: block; overflow-wrap: anywhere; }
@media print { figure, .gallery li { break-inside: avoid; } }
)";

}  // namespace yy
