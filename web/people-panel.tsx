import { useEffect, useState, type ReactElement } from 'react';
import { useMembers } from 'trpc-rooms/react';
import type { RosterEntry } from 'trpc-rooms/shared';
import { Avatar } from './avatar.tsx';
import type { ChatRoom } from './client.ts';
import { IconButton } from './icon-button.tsx';
import { Icon } from './icons.tsx';
import { useTexts } from './languages.ts';
import { Menu, type MenuItem } from './menu.tsx';
import type { RoomEntry } from './my-rooms.ts';
import { usePage } from './page-context.ts';
import { goTo } from './route.ts';

interface Person {
  readonly id: string;
  readonly name: string;
  readonly status: 'here' | 'away' | 'gone';
  readonly role?: RosterEntry['role'];
}

/** Who is in a room, and who belongs to it. */
export function PeoplePanel(props: {
  entry: RoomEntry;
  room: ChatRoom | undefined;
  onClose: () => void;
}): ReactElement {
  const { entry, room, onClose } = props;
  const texts = useTexts();
  const { users, count } = useMembers(room);
  const roster = useRoster(entry, count);
  const people = peopleOf(users, roster);
  const here = people.filter(({ status }) => status !== 'gone');
  const gone = people.filter(({ status }) => status === 'gone');
  return (
    <aside className="people" aria-label={texts.people}>
      <header>
        <h2>{texts.people}</h2>
        <span className="muted">{texts.peopleHere(count)}</span>
        <IconButton icon="close" label={texts.close} onClick={onClose} />
      </header>
      <ul>
        {here.map((person) => (
          <PersonLine key={person.id} person={person} entry={entry} />
        ))}
      </ul>
      {gone.length > 0 && (
        <>
          <h3>{texts.notHere}</h3>
          <ul>
            {gone.map((person) => (
              <PersonLine key={person.id} person={person} entry={entry} />
            ))}
          </ul>
        </>
      )}
    </aside>
  );
}

function PersonLine({ person, entry }: { person: Person; entry: RoomEntry }): ReactElement {
  const texts = useTexts();
  const { user } = usePage();
  const actions = usePersonActions(person, entry);
  const isOneself = person.id === user.id;
  const status = { here: texts.here, away: texts.away, gone: texts.notHere }[person.status];
  const role =
    person.role === 'owner' || person.role === 'moderator' ? texts[person.role] : undefined;
  const more = [isOneself ? texts.you : undefined, role].filter(Boolean).join(' · ');
  return (
    <li className={`person ${person.status}`}>
      <span className="seat">
        <Avatar user={person} size="small" />
        <span className={`dot ${person.status}`} role="img" aria-label={status} title={status} />
      </span>
      <span className="person-name">
        <bdi>{person.name}</bdi>
        {more && <span className="muted">{more}</span>}
      </span>
      {!isOneself && (
        <Menu label={`${texts.more}: ${person.name}`} items={actions}>
          <Icon name="more" />
        </Menu>
      )}
    </li>
  );
}

function usePersonActions(person: Person, { id: room, role, kind }: RoomEntry): MenuItem[] {
  const texts = useTexts();
  const { client, sayError } = usePage();
  const attempt = (done: Promise<unknown>) => void done.catch(sayError);
  const items: MenuItem[] = [
    {
      label: texts.writeDirect,
      onPick: () =>
        attempt(client.chat.direct({ user: person.id }).then((direct) => goTo(direct.room))),
    },
  ];
  const rules = role === 'owner' || role === 'moderator';
  if (kind === 'direct' || !rules || person.role === 'owner') return items;
  if (role === 'owner' && person.role !== undefined) {
    const next = person.role === 'moderator' ? 'member' : 'moderator';
    items.push({
      label: next === 'member' ? texts.makeMember : texts.makeModerator,
      onPick: () => attempt(client.chat.setRole({ room, user: person.id, role: next })),
    });
  }
  if (person.role !== undefined) {
    items.push({
      label: texts.kick,
      isDangerous: true,
      onPick: () => attempt(client.chat.removeMember({ room, user: person.id })),
    });
  }
  return items;
}

/** Those who belong to a room: asked for when the room or who is there changes. */
function useRoster(entry: RoomEntry, count: number): readonly RosterEntry[] {
  const { client } = usePage();
  const [roster, setRoster] = useState<readonly RosterEntry[]>([]);
  const { id, role } = entry;
  useEffect(() => {
    let isOver = false;
    setRoster([]);
    if (role === undefined) return;
    client.chat.roster({ room: id, limit: 100 }).then(
      ({ members }) => !isOver && setRoster(members),
      // Those who are there are shown all the same.
      () => {},
    );
    return () => {
      isOver = true;
    };
  }, [client, id, role, count]);
  return roster;
}

function peopleOf(
  users: readonly {
    readonly id: string;
    readonly name: string;
    readonly state?: { status: 'here' | 'away' };
  }[],
  roster: readonly RosterEntry[],
): readonly Person[] {
  const roles = new Map(roster.map(({ id, role }) => [id, role]));
  const present = new Set(users.map(({ id }) => id));
  const here = users.map(({ id, name, state }): Person => {
    const role = roles.get(id);
    return { id, name, status: state?.status ?? 'here', ...(role && { role }) };
  });
  const gone = roster
    .filter(({ id }) => !present.has(id))
    .map(({ id, name, role }): Person => ({ id, name, role, status: 'gone' }));
  return [...here, ...gone];
}
