import { Window } from 'happy-dom';
import type { ReactNode } from 'react';
import { onTestFinished } from 'vitest';

/** A page that React renders into. */
export interface Page {
  /** What it shows, as text. */
  text(): string;
  /** Renders something else in its place. */
  render(node: ReactNode): Promise<void>;
  unmount(): Promise<void>;
  /** Takes over what a server has rendered. Gives the complaints about what differs. */
  hydrate(html: string, node: ReactNode): Promise<readonly unknown[]>;
}

/** Opens one; it ends with the test. The sockets stay Node's own. */
export async function openPage(): Promise<Page> {
  const window = new Window();
  Object.assign(globalThis, { window, document: window.document });
  // React looks for the page when it is loaded.
  const { createRoot, hydrateRoot } = await import('react-dom/client');
  const react = await import('react');
  // What the network brings comes when it likes.
  const act = async (run: () => Promise<void>) => {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
    await react.act(run);
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
  };
  const container = globalThis.document.createElement('div');
  globalThis.document.body.append(container);
  let root: ReturnType<typeof createRoot> | undefined;
  const unmount = async () => act(async () => root?.unmount());
  onTestFinished(async () => {
    await unmount();
    Reflect.deleteProperty(globalThis, 'window');
    Reflect.deleteProperty(globalThis, 'document');
    await window.happyDOM.close();
  });
  return {
    text: () => container.textContent,
    render: async (node) => {
      root ??= createRoot(container);
      await act(async () => root?.render(node));
    },
    unmount,
    hydrate: async (html, node) => {
      const complaints: unknown[] = [];
      container.innerHTML = html;
      await act(async () => {
        const onRecoverableError = (error: unknown) => void complaints.push(error);
        root = hydrateRoot(container, node, { onRecoverableError });
      });
      return complaints;
    },
  };
}
