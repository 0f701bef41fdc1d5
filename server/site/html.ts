/** Text that is HTML: whatever is put into it has been escaped. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | undefined | false | readonly Part[];

/** Makes HTML of a template: what stands in it is escaped, unless it is HTML itself. Lists are joined; what is undefined
 *  or false is left out. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const filled = texts.map((text, index) => text + textOf(parts[index]));
  return { html: filled.join('') };
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (isList(part)) return part.map(textOf).join('');
  return typeof part === 'object' ? part.html : escape(String(part));
}

function isList(part: Part): part is readonly Part[] {
  return Array.isArray(part);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Sentences of a contract: paragraphs, with what stands in backticks as code. Nothing else is read into them. */
export function prose(text: string): Html {
  const paragraphs = text.split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== '');
  return html`${paragraphs.map((paragraph) => html`<p>${inline(paragraph)}</p>`)}`;
}

/** The same within a line. */
export function inline(text: string): Html {
  // Every other piece stood between backticks.
  const pieces = text.split('`');
  const isWhole = pieces.length % 2 === 1;
  if (!isWhole) return html`${text}`;
  return html`${pieces.map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece))}`;
}

/** JSON as it is shown. */
export function jsonBlock(value: unknown): Html {
  return codeBlock(JSON.stringify(value, undefined, 2) ?? '');
}

/** Text as it is typed. Wide lines scroll, by keyboard too. */
export function codeBlock(text: string): Html {
  return html`<pre tabindex="0"><code>${text}</code></pre>`;
}

/** A table. Wide ones scroll, by keyboard too. */
export function table(head: readonly string[], rows: readonly (readonly Part[])[]): Html {
  if (rows.length === 0) return html``;
  return html`<div class="wide" tabindex="0">
    <table>
      <thead>
        <tr>
          ${head.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** An example that is shown when somebody wants to see it. Nothing where there is none. */
export function exampleBlock(title: string, value: unknown): Html {
  if (value === undefined) return html``;
  return html`<details>
    <summary>${title}</summary>
    ${jsonBlock(value)}
  </details>`;
}
