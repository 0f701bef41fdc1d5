import type { Change, HistoryRecord, Shown } from './judge/history.ts';
import { accessText, reactingText } from './told-text.ts';

/** A line of a history as people read it: `  1.250 s  ada sent ada@r0/3`. */
export function lineText(record: HistoryRecord): string {
  const time = `${(record.at / 1_000).toFixed(3)} s`.padStart(10);
  return `${time}  ${whatText(record)}`;
}

function whatText(record: HistoryRecord): string {
  switch (record.kind) {
    case 'sent':
      return `${record.client} sends ${record.key}${changeText(record.change)}`;
    case 'acked':
      return `${record.client} has ${record.key} acknowledged at ${record.position}${record.duplicate ? ', again' : ''}`;
    case 'retried':
      return `${record.client} tries ${record.key} again after ${record.code}`;
    case 'abandoned':
    case 'refused':
    case 'declined':
      return `${record.key} is ${record.kind}: ${record.code}`;
    case 'clashed':
      return `other data under ${record.key}: ${record.code ?? `taken, at ${String(record.position)}`}`;
    case 'passed':
      return `${record.client} publishes ${record.key}, kept by nobody`;
    case 'asks':
      return `${record.reader} asks for the newest event`;
    case 'newest':
      return `${record.reader} is given ${record.position ?? 'nothing'}`;
    case 'page':
    case 'final':
      return `the log of ${record.room} holds ${record.events.map(placed).join(', ') || 'nothing'}`;
    case 'fault':
      return `*** ${record.fault}${record.client === undefined ? '' : ` of ${record.client}`}`;
    case 'measured':
      return `${record.what}: ${record.value}, at most ${record.most}`;
    case 'access':
      return accessText(record.told);
    case 'reacting':
      return reactingText(record.told);
    case 'healed':
      return '*** no more faults';
    case 'ended':
      return '*** the end';
    default:
      return `${record.follower} ${followedText(record)}`;
  }
}

function followedText(record: Extract<HistoryRecord, { follower: string }>): string {
  switch (record.kind) {
    case 'asked':
      return `asks for a stream, ${record.since === undefined ? 'from now on' : `after ${record.since}`}`;
    case 'began':
      return `begins ${record.start} at ${record.position}${record.gap ? `: ${record.gap.reason} from ${record.gap.from} to ${record.gap.to}` : ''}`;
    case 'saw':
      return `sees ${placed(record.event)}`;
    case 'glimpsed':
      return `sees ${record.key}`;
    case 'gap':
      return `is told of a gap: ${record.gap.reason} from ${record.gap.from} to ${record.gap.to}`;
    case 'values':
      return `has the values [${record.values.join(', ')}]`;
    case 'erased':
      return `is told that ${record.position} is gone`;
    case 'view':
      return `has ${record.messages.length} messages after offset ${record.since}`;
    case 'unread':
      return `has ${record.count} unread after ${record.readTo ?? 'nothing'}`;
    case 'people':
      return `is shown [${record.people.join(', ')}]`;
    case 'failed':
      return `is given up: ${record.code}`;
    case 'left':
      return 'leaves';
  }
}

function changeText(change: Change | undefined): string {
  if (!change) return '';
  return `, ${change.becomes === undefined ? 'a removal' : 'an edit'} of ${change.target}`;
}

function placed({ key, position }: Shown): string {
  return `${key ?? 'an event'} at ${position}`;
}
