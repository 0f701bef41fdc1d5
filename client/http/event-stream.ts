/** One event of an event stream. */
export interface StreamEvent {
  /** Unset: it carries data. */
  readonly event?: string;
  readonly data: string;
  readonly id?: string;
}

/** Reads an event stream: gives it pieces of text as they come, gets the events that are whole. */
export function createEventReader(): (piece: string) => readonly StreamEvent[] {
  let rest = '';
  return (piece) => {
    const blocks = (rest + piece).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.flatMap((block) => readEvent(block));
  };
}

function readEvent(block: string): StreamEvent[] {
  const fields: { event?: string; id?: string } = {};
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const end = line.indexOf(':');
    if (end === 0) continue;
    const name = end < 0 ? line : line.slice(0, end);
    const value = end < 0 ? '' : line.slice(end + 1).replace(/^ /, '');
    if (name === 'data') data.push(value);
    else if (name === 'event' || name === 'id') fields[name] = value;
  }
  if (data.length === 0 && fields.event === undefined) return [];
  return [{ ...fields, data: data.join('\n') }];
}
