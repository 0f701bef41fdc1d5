import type { AccessTold } from './judge/access.ts';

/** What happens to who may be in a room, as people read it. */
export function accessText(told: AccessTold): string {
  switch (told.step) {
    case 'opens':
      return `a private room is made, and every node goes by what it says within ${told.withinMs} ms`;
    case 'asks':
      return `${told.user} is to be ${told.to === 'in' ? 'let in' : 'shut out'}`;
    case 'done':
      return `${told.user}: that is done${told.isSure ? '' : ', and some calls for it had no answer'}`;
    case 'undone':
      return `${told.user}: that is not done: ${told.code ?? 'for no reason that counts'}`;
    case 'tries':
      return `${told.user} begins to ${told.what}: ${told.attempt}`;
    case 'tried':
      return `${told.attempt} comes to ${told.code ?? 'what was asked for'}`;
    case 'shown':
      return `${told.device} of ${told.user} is shown ${told.key}`;
    case 'ousted':
      return `the stream ${told.attempt} is ended`;
    case 'stays':
      return `the stream ${told.attempt} stands still`;
    case 'misses':
      return `the stream ${told.attempt} has not shown ${told.key}`;
  }
}
