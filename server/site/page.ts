import type { DocumentParts } from '../documents/document-parts.ts';
import { html, type Html } from './html.ts';

/** A page: where it stands, what it shows, and what can be found in it. */
export interface Page {
  /** `errors.html`. All pages stand side by side. */
  readonly file: string;
  readonly title: string;
  /** Its name in the list of pages. Default: the title. */
  readonly label?: string;
  /** Under what it stands in the list of pages. Unset: at the top. */
  readonly group?: string;
  readonly content: Html;
  readonly places: readonly Place[];
}

/** Something that can be found: its anchor within the page, and what is said of it. */
export interface Place {
  readonly title: string;
  readonly anchor: string;
  readonly text: string;
}

/** A heading that can be linked to. */
export function heading(level: 2 | 3, anchor: string, content: Html): Html {
  const link = html`<a class="anchor" href="#${anchor}">${content}</a>`;
  return level === 2
    ? html`<h2 id="${anchor}">${link}</h2>`
    : html`<h3 id="${anchor}">${link}</h3>`;
}

/** A page within what all pages have: the list of them, and the search. */
export function layout(
  page: Page,
  pages: readonly Page[],
  { title }: Pick<DocumentParts, 'title'>,
): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title} · ${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="docs.css" />
        <script src="search.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#content">To the content</a>
        <div class="frame">
          <header class="side">
            <a class="name" href="index.html">${title}</a>
            <div class="search" role="search">
              <input
                type="search"
                aria-label="Search"
                placeholder="Search  /"
                autocomplete="off"
                spellcheck="false"
              />
              <div class="found" role="region" aria-label="Found" aria-live="polite" hidden></div>
            </div>
            <nav aria-label="Pages">${groupsOf(pages).map((group) => groupList(group, page))}</nav>
          </header>
          <main id="content">
            <h1>${page.title}</h1>
            ${page.content}
          </main>
        </div>
      </body>
    </html> `;
}

function groupsOf(pages: readonly Page[]): (readonly [string | undefined, readonly Page[]])[] {
  const names = [...new Set(pages.map(({ group }) => group))];
  return names.map((name) => [name, pages.filter(({ group }) => group === name)] as const);
}

function groupList(
  [name, pages]: readonly [string | undefined, readonly Page[]],
  current: Page,
): Html {
  const items = pages.map(
    ({ file, title, label = title }) =>
      html`<li>
        <a href="${file}" ${file === current.file && html` aria-current="page"`}>${label}</a>
      </li>`,
  );
  return html`${name && html`<h2>${name}</h2>`}
    <ul>
      ${items}
    </ul>`;
}
