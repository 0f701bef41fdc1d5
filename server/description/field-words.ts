// What there is to say of fields of inputs, wherever they stand. Fields of a team's own events are the team's to describe.

/** Fields that stand beside an event's own. */
export const FIELDS_BESIDE: Readonly<Record<string, string>> = {
  room: 'The id of the room.',
  idempotencyKey:
    'Chosen before the first attempt; a repeat with the same one changes nothing more.',
  replyTo: 'The position of the event that it answers.',
};

/** Fields of procedures whose input is ours. */
export const FIELDS: Readonly<Record<string, string>> = {
  ...FIELDS_BESIDE,
  lastEventId: 'Where to go on: the id of the last frame that came.',
  before: 'A position: what came before it, without it.',
  after: 'What comes after it, without it: a position, or what the page before says.',
  limit: 'How many at most.',
  type: 'The type of the event.',
  target: 'The position of the message.',
  ifVersion: 'Refused as STALE_VERSION unless that is the version of the message.',
  name: 'A name of 1 to 64 characters, none of them hidden.',
  on: 'False takes the reaction back.',
  position: 'Everything up to here.',
  version: 'The version of the mark that this goes on from.',
  rooms: 'The ids of rooms.',
  to: 'The id of a user.',
  user: 'The id of a user.',
  text: 'What is said.',
  state: 'What a member says of himself.',
  id: 'The id of the room. Unset: the server makes one.',
  title: 'What the room is called.',
  private: 'True: for its members alone. False: everybody may enter.',
  role: 'What the user shall be there.',
  ban: 'Keep the user out as well.',
  kind: 'The room kind.',
};
