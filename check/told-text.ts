import type { AccessTold } from './judge/access.ts';
import type { ReactingTold } from './judge/reacting.ts';

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

/** What happens to reactions, as people read it. */
export function reactingText(told: ReactingTold): string {
  switch (told.step) {
    case 'target':
      return `a message is there to be reacted to: ${told.target}`;
    case 'asks':
      return `${told.user} ${told.on ? 'reacts with' : 'takes back'} ${told.name} at ${told.target}`;
    case 'done':
      return `${told.user} is answered for ${told.name} at ${told.target}: ${told.position}${told.isSure ? '' : ', and some calls for it had no answer'}`;
    case 'refused':
      return `${told.user} is refused ${told.name} at ${told.target}: ${told.code}`;
    case 'removes':
      return `${told.target} is to be removed`;
    case 'removed':
      return `${told.target} is removed, at ${told.position}`;
    case 'summary':
      return `${told.reader} is told at ${told.position} that ${told.target} has ${JSON.stringify(told.reactions)}`;
    case 'lists':
      return `at ${told.target} have reacted ${JSON.stringify(told.users)}`;
    case 'shows':
      return `${told.reader} has at ${told.target} ${JSON.stringify(told.reactions)}`;
  }
}
