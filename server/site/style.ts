/** The style of all pages: light and dark, phone and desk. No font and no picture comes from anywhere. */
export const STYLE = `:root {
  color-scheme: light dark;
  --ground: #fff; --raised: #f5f6f8; --line: #d9dce1; --text: #1c2024; --quiet: #5a6169; --accent: #0b5cad; --mark: #fff3c4;
}
@media (prefers-color-scheme: dark) {
  :root { --ground: #15181b; --raised: #1e2226; --line: #343a40; --text: #e6e8ea; --quiet: #a3abb3; --accent: #7ab8f5; --mark: #4a3d10; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.55 system-ui, sans-serif; }
a { color: var(--accent); text-underline-offset: 0.15em; }
a:focus-visible, input:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--ground); padding: 0.5rem 1rem; z-index: 1; }
.frame { display: grid; grid-template-columns: 16rem minmax(0, 1fr); max-width: 80rem; margin: 0 auto; }
.side { padding: 1.5rem 1rem; border-right: 1px solid var(--line); height: 100vh; position: sticky; top: 0; overflow-y: auto; }
.side nav { margin-top: 1rem; }
.side h2 { font-size: 0.85rem; margin: 1rem 0 0.25rem; padding: 0; border: 0; color: var(--quiet); font-weight: 600; }
.side ul { list-style: none; margin: 0; padding: 0; }
.side li a { display: block; padding: 0.2rem 0.5rem; border-radius: 0.25rem; text-decoration: none; color: var(--text); overflow-wrap: anywhere; }
.side li a:hover { background: var(--raised); }
.side li a[aria-current] { background: var(--raised); color: var(--accent); font-weight: 600; }
.name { font-weight: 700; font-size: 1.1rem; text-decoration: none; color: var(--text); overflow-wrap: anywhere; }
.search { margin-top: 1rem; position: relative; }
.search input { width: 100%; padding: 0.4rem 0.6rem; font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: 0.35rem; }
.found { background: var(--ground); border: 1px solid var(--line); border-radius: 0.35rem; margin-top: 0.25rem; max-height: 60vh; overflow-y: auto; position: absolute; left: 0; right: 0; z-index: 1; }
.found p { margin: 0; padding: 0.4rem 0.6rem; color: var(--quiet); font-size: 0.85rem; }
.found small { display: block; color: var(--quiet); font-weight: 400; }
main { padding: 1.5rem 2rem 4rem; max-width: 56rem; min-width: 0; }
h1 { margin-top: 0; line-height: 1.2; overflow-wrap: anywhere; }
main h2 { margin-top: 2.5rem; padding-top: 0.5rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
h3 { margin-bottom: 0.25rem; overflow-wrap: anywhere; }
:target { background: var(--mark); }
code { font: 0.875em/1.5 ui-monospace, monospace; background: var(--raised); padding: 0.1em 0.3em; border-radius: 0.2rem; overflow-wrap: anywhere; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 0.35rem; padding: 0.75rem 1rem; overflow-x: auto; }
pre code { background: none; padding: 0; overflow-wrap: normal; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.925rem; }
td code { overflow-wrap: normal; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid var(--line); }
.tags { display: flex; flex-wrap: wrap; gap: 0.35rem; margin: 0.25rem 0; padding: 0; list-style: none; }
.tags li { border: 1px solid var(--line); border-radius: 1rem; padding: 0 0.6rem; font-size: 0.85rem; color: var(--quiet); }
details { margin: 0.5rem 0; }
summary { cursor: pointer; color: var(--accent); }
.anchor { text-decoration: none; color: inherit; }
.anchor:hover { text-decoration: underline; }
.method { font: 600 0.85rem ui-monospace, monospace; border: 1px solid var(--line); border-radius: 0.25rem; padding: 0.1rem 0.4rem; margin-right: 0.4rem; }
@media (max-width: 48rem) {
  .frame { display: block; }
  .side { height: auto; position: static; border-right: 0; border-bottom: 1px solid var(--line); padding: 1rem; }
  .side nav { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
  .side nav ul { display: flex; flex-wrap: wrap; }
  .side nav h2 { flex-basis: 100%; }
  main { padding: 1rem; }
}
@media print { .side { display: none; } .frame { display: block; } }
`;
