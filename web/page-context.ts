import { createContext, useContext } from 'react';
import type { ChatClient } from './client.ts';
import type { Session } from './session.ts';

/** What all parts of the page know. */
export interface PageContext {
  readonly client: ChatClient;
  readonly user: Session['user'];
  /** Shows a line for a while. */
  say(text: string): void;
  /** Shows what went wrong, in the reader's words. */
  sayError(error: unknown): void;
}

export const Page = createContext<PageContext | undefined>(undefined);

/** What all parts of the page know. */
export function usePage(): PageContext {
  const page = useContext(Page);
  if (!page) throw new Error('usePage: outside of the page');
  return page;
}
