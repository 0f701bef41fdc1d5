import { ME } from '../../shared/index.ts';
import { deliveryList } from './events-page.ts';
import { codeBlock, html, type Html } from './html.ts';
import { heading, type Page } from './page.ts';
import type { SiteParts } from './site-parts.ts';

/** The first page: how to begin, with the first kind of the contract for an example. */
export function guidePage(parts: SiteParts): Page {
  const places = SECTIONS.map(([anchor, title]) => ({ title, anchor, text: 'Guide' }));
  const bodies: readonly Html[] = [
    connect(parts),
    sending(parts),
    following(),
    plain(parts),
    backends(parts),
  ];
  return {
    file: 'index.html',
    title: 'Guide',
    content: html`<p>
        This server carries ${kindsOf(parts)}. These pages are made from its contract: they say what
        it takes and gives, and nothing else.
      </p>
      ${SECTIONS.map(([anchor, title], index) => html`${heading(2, anchor, html`${title}`)}${bodies[index]}`)}
      ${heading(2, 'documents', html`For programs`)}
      <ul>
        <li><a href="openapi.json">openapi.json</a>: REST, as OpenAPI 3.1</li>
        <li>
          <a href="asyncapi.json">asyncapi.json</a>: the WebSocket, as AsyncAPI 3.1, with every
          frame, error, close code and limit
        </li>
        <li><a href="schemas.json">schemas.json</a>: every type, as JSON Schema (2020-12)</li>
      </ul>`,
    places,
  };
}

const SECTIONS = [
  ['connect', 'Connect'],
  ['send', 'Send, once'],
  ['delivery', 'Follow, and what arrives'],
  ['rest', 'Without a client: plain HTTP'],
  ['backends', 'From your own backend'],
] as const;

function kindsOf({ kinds }: SiteParts): Html {
  const names = kinds.filter(({ kind }) => kind.name !== ME).map(({ kind }) => kind.name);
  const links = names.map((name, index) => {
    const between = index === 0 ? '' : index === names.length - 1 ? ' and ' : ', ';
    return html`${between}<a href="kind-${name}.html">${name}</a>`;
  });
  return html`rooms of the kind${names.length === 1 ? '' : 's'} ${links}`;
}

/** The kind that examples are about, and an event that clients publish there. */
function firstOf({ kinds }: SiteParts) {
  const first = kinds.find(({ kind }) => kind.name !== ME) ?? kinds[0];
  if (!first) throw new Error('site: a contract without kinds');
  const event = first.events.find(({ spec }) => spec.publish === 'client') ?? first.events[0];
  return { name: first.kind.name, type: event?.type ?? 'event', data: event?.example ?? {} };
}

function connect(parts: SiteParts): Html {
  const { name, type } = firstOf(parts);
  return html`<p>
      With the client, from the same contract that the server was started with.
      <code>onGap</code> hears when something was missed for good.
    </p>
    ${codeBlock(`import { createRooms } from 'trpc-rooms/client';
import { ${name} } from './contract.ts';

const rooms = createRooms({ ${name} }, { url: 'ws://localhost:3000/trpc', token });
const room = rooms.${name}.join('general', { onGap: 'reload' });
room.on('${type}', (event) => console.log(event.by.name, event.data));
await room.ready;`)}
    <p>
      The stock <code>@trpc/client</code> works as well. A token is a JWT with <code>sub</code>,
      <code>name</code> and <code>exp</code>; where guests are welcome,
      <code>POST /api/guest</code> gives one.
    </p>`;
}

function sending(parts: SiteParts): Html {
  const { type, data } = firstOf(parts);
  return html`${codeBlock(`const ack = await room.publish('${type}', ${JSON.stringify(data)});
ack.level; // 'disk': it is on the disk`)}
    <p>
      The client sends again after a break, under the same idempotency key: it is published once.
      Whoever writes a client of his own sets <code>idempotencyKey</code> before the first attempt,
      and repeats with the same one until there is an answer.
    </p>`;
}

function following(): Html {
  return html`${deliveryList()}
    <p>
      A stream begins with <code>ready</code>. After a break it goes on where it stood
      (<code>resumed</code>), or says what is missing (<code>gap</code>). Events of one room have
      one order for everybody; a position is <code>epoch:offset</code>.
    </p>`;
}

function plain(parts: SiteParts): Html {
  const { name, type, data } = firstOf(parts);
  const body = JSON.stringify({ type, data }).replaceAll("'", String.raw`'\''`);
  const at = `http://localhost:3000/api/${name}/rooms/general`;
  return html`<p>
      Every query and mutation is a path below <code>/api</code>, with the same checks and errors.
    </p>
    ${codeBlock(`curl -H "Authorization: Bearer $TOKEN" "${at}/history?limit=10"
curl -H "Authorization: Bearer $TOKEN" -H 'Idempotency-Key: 1' -d '${body}' ${at}/publish
curl -N -H "Authorization: Bearer $TOKEN" ${at}/events`)}
    <p>See <a href="rest-${name}.html">REST: ${name}</a>.</p>`;
}

function backends(parts: SiteParts): Html {
  const { name } = firstOf(parts);
  return html`<p>
    A key of <code>SERVER_KEYS</code> in place of a token publishes every event of the contract in
    every room, reads history and members, and speaks to users; nobody is asked. See
    <a href="rest-${name}.html#server-broadcast">broadcast</a> and
    <a href="rest-users.html#notify">notify</a>.
  </p>`;
}
