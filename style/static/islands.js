// Brings the islands of a page to life. It does what Leptos' own starter does inline, as a file, because the content
// policy allows no inline scripts; and it leaves `data-hydrated` on each island, for tests and for style.

// The version behind this file's own URL belongs to the browser's half of the program too.
const { search } = new URL(import.meta.url);

// An island inside the children of another one needs that one's owner: the innermost is on top.
const childrenAround = [];

async function hydrate(island, program) {
  const start = program[island.dataset.component];
  if (!start) throw new Error(`No island named ${island.dataset.component}: the two halves are of different builds.`);
  childrenAround.at(-1)?.();
  await start(island);
  island.dataset.hydrated = "";
}

async function walk(node, program) {
  const name = node.localName;
  // One broken island is reported and leaves the others alive.
  if (name === "leptos-island") await hydrate(node, program).catch(reportError);
  if (name === "leptos-children") childrenAround.push(node.$$on_hydrate);
  for (const child of [...node.children]) await walk(child, program);
  if (name === "leptos-children") childrenAround.pop();
}

const program = await import(`/pkg/web.js${search}`);
await program.default({ module_or_path: `/pkg/web_bg.wasm${search}` });
program.hydrate();
await walk(document.body, program);
