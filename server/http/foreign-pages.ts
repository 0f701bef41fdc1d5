import type { Logger } from '../logger.ts';
import type { Refusal } from '../transport/request-guard.ts';

// Anybody may name any origin: no more are told of, and none that is longer.
const MOST = 20;
const LONGEST = 200;

/** Tells the log of pages that were refused for their origin, once of each. A browser says to such a page no more than
 *  that nothing opens there. */
export function tellOfForeignPages(logger: Pick<Logger, 'warn'>): (refusal: Refusal) => void {
  const told = new Set<string>();
  return ({ origin }) => {
    if (origin === undefined || origin.length > LONGEST) return;
    if (told.has(origin) || told.size === MOST) return;
    told.add(origin);
    logger.warn(
      { origin },
      'a page of this origin was refused: where it is yours, ALLOWED_ORIGINS has to name it',
    );
  };
}
