import type {
  ClientEventType,
  Contract,
  EditableType,
  EventData,
  PresenceOf,
  ReactableType,
  RemovableType,
  RoomKind,
} from '../../shared/index.ts';
import type { Action, Answer, Authorize } from './authorize.ts';

type Wide = Parameters<Authorize>[0];

/** One thing that may be asked about rooms of a kind. */
type Asked<Name, Act, Data = undefined> = Pick<Wide, 'user' | 'membership'> & {
  readonly room: { readonly kind: Name; readonly id: string };
  readonly action: Act;
  readonly data?: Data | undefined;
};

/** What depends on no event. */
type Deeds = Exclude<Action, 'presence' | `${'publish' | 'edit' | 'remove' | 'react'}:${string}`>;

type AskedOf<Name, K extends RoomKind> =
  | Asked<Name, Deeds | `remove:${RemovableType<K>}` | `react:${ReactableType<K>}`>
  | Asked<Name, 'presence', PresenceOf<K>>
  | {
      [T in ClientEventType<K>]: Asked<Name, `publish:${T}`, EventData<K, T>>;
    }[ClientEventType<K>]
  | { [T in EditableType<K>]: Asked<Name, `edit:${T}`, EventData<K, T>> }[EditableType<K>];

/** What `authorize` is asked about the rooms of a contract: `action` tells what `data` is. */
export type Question<R extends Contract> = {
  [Name in keyof R & string]: AskedOf<Name, R[Name]>;
}[keyof R & string];

/** `authorize`, typed by a contract: a misspelt event or kind does not compile. Of a contract of any form it is
 *  `Authorize`, which may stand wherever this is asked for. */
export type AuthorizeFor<R extends Contract> = string extends keyof R
  ? Authorize
  : (question: Question<R>) => Answer | Promise<Answer>;

/** The same policy for what knows of no contract: rooms ask about their own kinds and events alone. */
export function anyPolicy<R extends Contract>(
  authorize: AuthorizeFor<R> | undefined,
): Authorize | undefined {
  return authorize as unknown as Authorize | undefined;
}
