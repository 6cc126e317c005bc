/** The page follows the colours of the system, light or dark. */
export const styleText = `
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
body { margin: 0; }
main { display: grid; grid-template-columns: minmax(14em, 22em) 1fr; height: 100vh; }
nav { overflow: auto; border-inline-end: 1px solid color-mix(in srgb, CanvasText 20%, Canvas); padding: .5em 0; }
nav button { display: flex; gap: .8em; justify-content: space-between; width: 100%; border: 0; background: none; color: inherit;
  font: inherit; text-align: start; padding: .25em .8em; cursor: pointer; }
nav button.selected { background: color-mix(in srgb, Highlight 30%, Canvas); }
nav button:not([data-status=active]) { opacity: .6; }
nav button[data-status=error] span { color: #c33; }
nav b, nav span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 500; }
section { overflow: auto; padding: 1em; }
h1 { font-size: 1.1em; margin: 0; }
h2 { font-size: 1em; margin: 0; }
.state { border: 1px solid color-mix(in srgb, CanvasText 35%, Canvas); border-radius: .5em; padding: .5em .7em; }
.state.parallel > .children > .state { border-style: dashed; }
.state.final { border-style: double; border-width: 3px; }
.state.active { border-color: #2a7; background: color-mix(in srgb, #2a7 12%, Canvas); box-shadow: 0 0 0 1px #2a7; }
.state ul { margin: .2em 0; padding: 0; list-style: none; font-size: .85em; opacity: .85; }
.children { display: flex; flex-wrap: wrap; gap: .6em; align-items: flex-start; }
.children:not(:empty) { margin-top: .4em; }
pre { font-size: .85em; }
@media (max-width: 40em) { main { grid-template-columns: 1fr; grid-template-rows: 30vh 1fr; } }
`;
