import type { DocumentParts } from '../documents/document-parts.ts';
import type { Asset } from '../http/asset.ts';
import { eventsPage } from './events-page.ts';
import { guidePage } from './guide-page.ts';
import { kindPage } from './kind-page.ts';
import { layout, type Page } from './page.ts';
import { restPages } from './rest-page.ts';
import { SEARCH_SCRIPT } from './search-script.ts';
import { siteParts } from './site-parts.ts';
import { STYLE } from './style.ts';
import { errorsPage, limitsPage } from './table-pages.ts';

// Nothing from elsewhere, nothing inline, in nobody's frame.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

/** The pages of a contract by file name: they stand side by side, wherever that is, and ask nobody else. */
export function siteOf(documents: DocumentParts): ReadonlyMap<string, Asset> {
  const parts = siteParts(documents);
  const pages: readonly Page[] = [
    guidePage(parts),
    errorsPage(),
    limitsPage(),
    ...parts.kinds.map((kind) => kindPage(kind, parts)),
    ...parts.kinds.map((kind) => eventsPage(kind, parts)),
    ...restPages(parts),
  ];
  return new Map([
    ...pages.map((page) => [page.file, pageAsset(layout(page, pages, parts).html)] as const),
    ['docs.css', { contentType: 'text/css; charset=utf-8', text: STYLE }],
    ['search.js', script(SEARCH_SCRIPT)],
    ['search-index.js', script(indexOf(pages))],
  ]);
}

function pageAsset(text: string): Asset {
  return { contentType: 'text/html; charset=utf-8', text, headers: HEADERS };
}

function script(text: string): Asset {
  return { contentType: 'text/javascript; charset=utf-8', text };
}

/** What can be found, as a script: pages may stand where nothing can be fetched. */
function indexOf(pages: readonly Page[]): string {
  const entries = pages.flatMap(({ file, title, places }) => [
    [title, file, ''],
    ...places.map((place) => [
      place.title,
      `${file}#${place.anchor}`,
      place.text.replaceAll('`', ''),
    ]),
  ]);
  return `globalThis.docsIndex = ${JSON.stringify(entries)};\n`;
}
