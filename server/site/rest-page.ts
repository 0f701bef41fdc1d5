import { ME } from '../../shared/index.ts';
import { withoutField } from '../documents/fields.ts';
import type { Operation } from '../rest/operation.ts';
import { codeBlock, html, exampleBlock, prose, type Html } from './html.ts';
import { heading, type Page } from './page.ts';
import { schemaTable } from './schema-table.ts';
import type { SiteParts } from './site-parts.ts';

/** The pages of the REST mirror: one for each kind, one for what backends do to users. */
export function restPages(parts: SiteParts): Page[] {
  const kinds = parts.kinds.map(({ kind }) => kind.name);
  const pages = kinds.map((kind) =>
    restPage(`rest-${kind}.html`, kind, ofKind(parts.operations, kind), parts),
  );
  const users = parts.operations.filter(({ kind }) => kind === undefined);
  return [...pages, restPage('rest-users.html', 'users', users, parts)];
}

function ofKind(operations: readonly Operation[], kind: string): Operation[] {
  return operations.filter((operation) => operation.kind === kind);
}

function restPage(
  file: string,
  label: string,
  operations: readonly Operation[],
  parts: SiteParts,
): Page {
  return {
    file,
    title: label === ME ? 'REST: one’s own stream' : `REST: ${label}`,
    label,
    group: 'REST',
    content: html`<p>
        Send a token, or a key of <code>SERVER_KEYS</code>, as <code>Authorization: Bearer</code>.
        Errors are <a href="errors.html">problem details</a>. All of it as
        <a href="openapi.json">OpenAPI</a>.
      </p>
      ${operations.map((operation) => operationSection(operation, parts))}`,
    places: operations.map((operation) => ({
      title: `${operation.method} ${operation.path}`,
      anchor: anchorOf(operation),
      text: toldOf(operation).summary,
    })),
  };
}

/** The last word of the path. Of what backends alone do with a kind outside of its rooms all words, and one more:
 *  shorthands may be called anything. */
function anchorOf({ path, kind, procedure, param }: Operation): string {
  const words = path.split('/').slice(3);
  if (procedure || !kind || param === 'room') return words.at(-1) ?? '';
  return ['server', ...words.filter((word) => !word.startsWith('{'))].join('-');
}

function toldOf({ procedure, server, path }: Operation) {
  const told = procedure ?? server;
  if (!told) throw new Error(`site: nobody calls ${path}`);
  return told;
}

function operationSection(operation: Operation, parts: SiteParts): Html {
  const { method, path, procedure, server } = operation;
  const { summary, description, example } = toldOf(operation);
  const whose = procedure ? (server ? 'users and server keys' : 'users') : 'server keys';
  const isStream = procedure?.type === 'subscription';
  return html` ${heading(2, anchorOf(operation), html`<span class="method">${method}</span>${path}`)}
    <ul class="tags">
      <li>for ${whose}</li>
    </ul>
    <p><strong>${summary}.</strong></p>
    ${prose(description)} ${inputOf(operation, parts)} ${codeBlock(curlOf(operation))}
    ${
      isStream
        ? html`<p>
            An event stream: each <code>data</code> is a frame, each <code>id</code> goes back as
            <code>Last-Event-ID</code>.
          </p>`
        : html`${exampleBlock('Answer', example.output)}`
    }`;
}

function inputOf({ procedure, server, param }: Operation, parts: SiteParts): Html {
  const inputs = [...new Set([procedure?.input, server?.input])].filter(
    (input) => input !== undefined,
  );
  const tables = inputs.map((input, index) => {
    const schema = parts.schemaOf(input);
    const shown = param === undefined ? schema : withoutField(schema, param);
    const title = index > 0 ? html`<h3>Input with a server key</h3>` : html``;
    return html`${title}${schemaTable(shown, parts.recursive)}`;
  });
  return html`${tables}`;
}

function curlOf({ method, path, param, procedure, server }: Operation): string {
  const { example } = procedure ?? server ?? { example: { input: {} } };
  const { [param ?? '']: given, ...fields } = (example.input ?? {}) as Record<string, unknown>;
  const { idempotencyKey, lastEventId, ...body } = fields;
  const bearer = procedure ? '$TOKEN' : '$SERVER_KEY';
  const isStream = procedure?.type === 'subscription';
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(method === 'GET' ? body : {})) {
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, String(item));
  }
  const search = query.size > 0 ? `?${query.toString()}` : '';
  const at = `${path.replace(/\{\w+\}/, String(given))}${search}`;
  return [
    `curl ${isStream ? '-N ' : ''}-H "Authorization: Bearer ${bearer}"`,
    ...(typeof idempotencyKey === 'string' ? [`-H 'Idempotency-Key: ${idempotencyKey}'`] : []),
    ...(typeof lastEventId === 'string' ? [`-H 'Last-Event-ID: ${lastEventId}'`] : []),
    ...(method === 'POST' ? [`-d '${quoted(JSON.stringify(body))}'`] : []),
    `'http://localhost:3000${at}'`,
  ].join(' \\\n  ');
}

function quoted(text: string): string {
  return text.replaceAll("'", String.raw`'\''`);
}
