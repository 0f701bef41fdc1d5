/** Finds places in all pages. It loads the index when somebody begins to look, and asks nobody else. */
export const SEARCH_SCRIPT = `'use strict';
(() => {
  const input = document.querySelector('.search input');
  const found = document.querySelector('.found');
  let index;
  const load = () => index ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = 'search-index.js';
    script.onload = () => resolve(globalThis.docsIndex);
    script.onerror = () => reject(new Error('no index'));
    document.head.append(script);
  });
  const scoreOf = ([title, , text], words) => {
    const name = title.toLowerCase();
    const all = (title + ' ' + text).toLowerCase();
    let score = 0;
    for (const word of words) {
      if (!all.includes(word)) return 0;
      score += name === word ? 8 : name.startsWith(word) ? 4 : name.includes(word) ? 2 : 1;
    }
    return score;
  };
  const item = ([title, href, text]) => {
    const link = document.createElement('a');
    link.href = href;
    link.textContent = title;
    const more = document.createElement('small');
    more.textContent = text.slice(0, 90);
    link.append(more);
    const entry = document.createElement('li');
    entry.append(link);
    return entry;
  };
  const show = (entries) => {
    const said = document.createElement('p');
    said.textContent = entries.length === 0 ? 'Nothing found' : entries.length === 1 ? '1 place' : entries.length + ' places';
    const list = document.createElement('ul');
    list.append(...entries.slice(0, 30).map(item));
    found.replaceChildren(said, list);
    found.hidden = false;
  };
  const search = async () => {
    const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
    if (words.length === 0) { found.hidden = true; return; }
    const entries = await load();
    const scored = entries.map((entry) => [scoreOf(entry, words), entry]).filter(([score]) => score > 0);
    show(scored.sort(([a, [one]], [b, [other]]) => b - a || one.length - other.length).map(([, entry]) => entry));
  };
  const move = (event, step) => {
    const links = [...found.querySelectorAll('a')];
    const at = links.indexOf(document.activeElement);
    const next = at + step < 0 ? input : links[at + step];
    if (next) { next.focus(); event.preventDefault(); }
  };
  input.addEventListener('focus', () => void load().catch(() => {}));
  input.addEventListener('input', () => void search().catch(() => { found.hidden = true; }));
  input.closest('.search').addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') move(event, 1);
    if (event.key === 'ArrowUp') move(event, -1);
    if (event.key === 'Escape') { found.hidden = true; input.focus(); }
  });
  found.addEventListener('click', () => { found.hidden = true; });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.activeElement !== input) { event.preventDefault(); input.focus(); }
  });
})();
`;
