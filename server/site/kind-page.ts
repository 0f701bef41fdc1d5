import { DAY, HOUR, ME, type RoomKind } from '../../shared/index.ts';
import type { KindDescription } from '../description/describe.ts';
import type { ProcedureDescription } from '../description/procedure.ts';
import { codeBlock, html, exampleBlock, prose, type Html } from './html.ts';
import { heading, type Page } from './page.ts';
import { schemaTable } from './schema-table.ts';
import type { SiteParts } from './site-parts.ts';

/** The page of a room kind: what it is, and each of its procedures. */
export function kindPage({ kind, procedures }: KindDescription, parts: SiteParts): Page {
  const { name } = kind;
  return {
    file: `kind-${name}.html`,
    title: `Room kind ${name}`,
    label: name,
    group: 'Room kinds',
    content: html`${prose(about(kind))} ${traits(kind)}
    ${procedures.map((procedure) => procedureSection(name, procedure, parts))}`,
    places: procedures.map((procedure) => ({
      title: `${name}.${procedure.name}`,
      anchor: procedure.name,
      text: `${procedure.type}: ${procedure.summary}. ${procedure.description}`,
    })),
  };
}

function about({ name }: RoomKind): string {
  if (name === ME) {
    return 'The private stream of a user, on all his devices. Whose it is the token says, and nothing else.';
  }
  return `A room is named by the kind \`${name}\` and an id. Its procedures stand under \`${name}.\` of tRPC.`;
}

function traits({ history, recent, people, whispers, membership }: RoomKind): Html {
  const all = [
    `keeps ${history.maxEvents.toLocaleString('en-US')} events for ${ageOf(history.maxAgeMs)}`,
    recent > 0 && `ready brings the newest ${recent}`,
    people && 'tells who is there',
    whispers && 'whispers',
    membership && 'rooms with members',
  ];
  return html`<ul class="tags">
    ${all.map((trait) => trait && html`<li>${trait}</li>`)}
  </ul>`;
}

function ageOf(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return 'ever';
  return ms % DAY === 0 ? `${ms / DAY} days` : `${Math.round(ms / HOUR)} hours`;
}

function procedureSection(kind: string, procedure: ProcedureDescription, parts: SiteParts): Html {
  const { name, type, description, input, output, example, errors } = procedure;
  const { operations } = parts;
  const rest = operations.find((operation) => operation.procedure === procedure);
  return html` ${heading(2, name, html`${kind}.${name}`)}
    <ul class="tags">
      <li>${type}</li>
      ${rest && html`<li><a href="rest-${kind}.html#${name}">${rest.method} ${rest.path}</a></li>`}
    </ul>
    ${prose(description)}
    ${
      input &&
      html`<h3>Input</h3>
        ${schemaTable(parts.schemaOf(input), parts.recursive)}`
    }
    ${codeBlock(callOf(kind, procedure))} ${answerOf(kind, { type, output, example }, parts)}
    <details>
      <summary>How it may be refused</summary>
      <p>
        ${errors.map((code, index) => html`${index > 0 && ', '}<a href="errors.html#${code}">${code}</a>`)}
      </p>
    </details>`;
}

function callOf(kind: string, { name, type, input: takes, example }: ProcedureDescription): string {
  const verb = { query: 'query', mutation: 'mutate', subscription: 'subscribe' }[type];
  const shown = example.input === undefined ? '{ … }' : JSON.stringify(example.input, undefined, 2);
  const input = takes ? shown : '';
  if (type === 'subscription') {
    return `trpc.${kind}.${name}.${verb}(${input || 'undefined'}, { onData: ({ id, data }) => … })`;
  }
  return `await trpc.${kind}.${name}.${verb}(${input})`;
}

function answerOf(
  kind: string,
  { type, output, example }: Pick<ProcedureDescription, 'type' | 'output' | 'example'>,
  parts: SiteParts,
): Html {
  if (!output) return html`<p>It answers nothing.</p>`;
  if (type === 'subscription') {
    return html`<p>Yields the <a href="events-${kind}.html#frames">frames of ${kind}</a>.</p>`;
  }
  return html`<h3>Answer</h3>
    ${schemaTable(parts.schemaOf(output), parts.recursive)}
    ${exampleBlock('Example', example.output)}`;
}
