import { DELIVERY } from '../description/tables.ts';
import type { KindDescription } from '../description/describe.ts';
import type { EventDescription } from '../description/events.ts';
import type { FrameDescription } from '../description/frames.ts';
import { propertiesOf } from '../documents/fields.ts';
import { html, inline, exampleBlock, prose, type Html } from './html.ts';
import { heading, type Page } from './page.ts';
import { schemaTable } from './schema-table.ts';
import type { SiteParts } from './site-parts.ts';

/** The page of what rooms of a kind carry: its events, and the frames that bring them. */
export function eventsPage({ kind, events, frames }: KindDescription, parts: SiteParts): Page {
  const { name } = kind;
  return {
    file: `events-${name}.html`,
    title: `Events of ${name}`,
    label: name,
    group: 'Events',
    content: html` ${events.map((event) => eventSection(event, parts))}
      ${heading(2, 'frames', html`Frames`)}
      <p>
        What a subscription yields, told apart by <code>type</code>. Every frame is tracked: its id,
        given back as <code>lastEventId</code>, is where the stream goes on.
      </p>
      ${frames.map((frame) => frameSection(frame, parts))}`,
    places: [
      ...events.map(({ type, description }) => ({
        title: `${name} · ${type}`,
        anchor: type,
        text: description,
      })),
      ...frames.map(({ type, description }) => ({
        title: `${name} · frame ${type}`,
        anchor: `frame-${type}`,
        text: description,
      })),
    ],
  };
}

function eventSection(event: EventDescription, parts: SiteParts): Html {
  const { type, spec, description, schema, whole, example } = event;
  const { data } = propertiesOf(parts.schemaOf(schema));
  return html` ${heading(2, type, html`${type}`)}
    <ul class="tags">
      <li><a href="index.html#${spec.delivery}">${spec.delivery}</a></li>
      <li>
        published by ${spec.publish === 'client' ? 'clients and the server' : 'the server alone'}
      </li>
      ${traitsOf(event)}
    </ul>
    ${prose(description)}
    ${
      data &&
      html`<h3>Data</h3>
        ${schemaTable(data, parts.recursive)}`
    }
    ${example !== undefined && html`${exampleBlock('Example', whole)}`}`;
}

function traitsOf({ spec }: EventDescription): Html[] {
  if (spec.delivery === 'latest') {
    const key = typeof spec.key === 'function' ? 'a field of its data' : spec.key;
    const ends =
      spec.expiresMs === undefined ? [] : [html`<li>ends after ${spec.expiresMs / 1_000} s</li>`];
    return [html`<li>one for each ${key}</li>`, ...ends];
  }
  if (spec.delivery !== 'durable') return [];
  const { reactions, ...life } = spec.life;
  const told = Object.entries(life).flatMap(([name, is]) => (is ? [name] : []));
  return [...told, ...(reactions ? [`reactions: ${reactions}`] : [])].map(
    (trait) => html`<li>${trait}</li>`,
  );
}

function frameSection(
  { type, description, schema, example }: FrameDescription,
  parts: SiteParts,
): Html {
  return html` ${heading(3, `frame-${type}`, html`${type}`)} ${prose(description)}
  ${schemaTable(parts.schemaOf(schema), parts.recursive)} ${exampleBlock('Example', example)}`;
}

/** The delivery classes, as the guide explains them. */
export function deliveryList(): Html {
  return html`<dl>
    ${Object.entries(DELIVERY).map(
      ([name, says]) =>
        html`<dt id="${name}"><strong>${name}</strong></dt>
          <dd>${inline(says)}</dd>`,
    )}
  </dl>`;
}
