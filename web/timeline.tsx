import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  type KeyboardEvent,
  type ReactElement,
  type Ref,
} from 'react';
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso';
import { Icon } from './icons.tsx';
import { useTexts } from './languages.ts';
import type { MessageActions } from './message-actions.ts';
import { firstNewOf, indexOf, startOf, usePlaces } from './places.ts';
import { useSticking } from './sticking.ts';
import { keyOf, MessageRow, type Item } from './message-row.tsx';

/** What one may have a timeline do. */
export interface TimelineHandle {
  toNewest(): void;
  show(position: string): void;
}

interface TimelineProps {
  readonly handle: Ref<TimelineHandle>;
  readonly items: readonly Item[];
  readonly hasOlder: boolean;
  readonly isLoading: boolean;
  /** What stands above the first message. */
  readonly beginning: string;
  readonly user: { readonly id: string; readonly name: string };
  readonly isModerator: boolean;
  /** Where the new messages begin: after this position. */
  readonly newAfter: string | undefined;
  readonly unread: number;
  readonly fate: string | undefined;
  readonly actions: MessageActions;
  readonly onOlder: () => void;
  readonly onAtNewest: (isAtNewest: boolean) => void;
}

/** The messages of a room, of which only those in sight are drawn. */
export function Timeline(props: TimelineProps): ReactElement {
  const { items, user, newAfter, isModerator, actions, fate, beginning, hasOlder, isLoading } =
    props;
  const texts = useTexts();
  const list = useRef<VirtuosoHandle>(null);
  const { isStuck, isAtNewest, onAtBottom, stick, handlers } = useSticking();
  const { first, life } = usePlaces(items, user);
  const firstNew = useMemo(() => firstNewOf(items, newAfter, user.id), [items, newAfter, user.id]);
  const toNewest = useCallback(() => {
    stick();
    list.current?.scrollToIndex({ index: 'LAST', align: 'end' });
  }, [stick]);
  const show = (position: string) => {
    const index = indexOf(items, position);
    if (index >= 0) list.current?.scrollToIndex({ index, align: 'center' });
  };
  useImperativeHandle(props.handle, () => ({ toNewest, show }));
  const { onAtNewest } = props;
  useEffect(() => onAtNewest(isAtNewest), [onAtNewest, isAtNewest]);
  const whole = useStayAtNewest(isStuck);
  const walk = useWalk(list, items.length);
  const own = items.findLastIndex((item) => item.state === 'stored' && item.by.id === user.id);

  return (
    <div
      ref={whole}
      className="timeline"
      {...handlers}
      onKeyDown={(event) => {
        handlers.onKeyDown(event);
        walk(event);
      }}
      role="region"
      aria-label={texts.messages}
    >
      <Virtuoso<Item>
        key={life}
        ref={list}
        data={items}
        firstItemIndex={first}
        initialTopMostItemIndex={startOf(firstNew, items.length)}
        computeItemKey={(_, item) => keyOf(item, user)}
        itemContent={(place, item) => {
          const index = place - first;
          const answers = item.replyTo === undefined ? -1 : indexOf(items, item.replyTo);
          const answered = items[answers];
          return (
            <MessageRow
              item={item}
              before={items[index - 1]}
              isFirstNew={index === firstNew}
              beginning={index === 0 && !hasOlder ? beginning : undefined}
              user={user}
              isModerator={isModerator}
              answered={answered?.state === 'stored' ? answered : undefined}
              fate={index === own && index === items.length - 1 ? fate : undefined}
              actions={actions}
            />
          );
        }}
        startReached={props.onOlder}
        followOutput={() => (isStuck.current ? 'auto' : false)}
        atBottomStateChange={onAtBottom}
        atBottomThreshold={60}
        increaseViewportBy={{ top: 600, bottom: 200 }}
        alignToBottom
        context={{ isLoading }}
        components={COMPONENTS}
      />
      {!isAtNewest && (
        <button type="button" className="to-newest" onClick={toNewest}>
          <Icon name="down" />
          {props.unread > 0 ? texts.newBelow(props.unread) : texts.toNewest}
        </button>
      )}
    </div>
  );
}

// Made once: another component is another list.
const COMPONENTS = {
  Header: ({ context }: { context?: { isLoading: boolean } }) => <Loading {...context} />,
  Footer: () => <div className="timeline-end" />,
};

function Loading({ isLoading = false }: { isLoading?: boolean }) {
  const texts = useTexts();
  return <p className="beginning">{isLoading ? texts.loading : '\u00A0'}</p>;
}

/** Whoever is at the newest message stays there when something takes room from the list. */
function useStayAtNewest(isStuck: { readonly current: boolean }) {
  const whole = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!whole.current) return;
    const list = whole.current.querySelector('[data-virtuoso-scroller]');
    const observer = new ResizeObserver(() => {
      // By itself it would scroll as far as its old height asks for.
      if (isStuck.current && list) list.scrollTop = list.scrollHeight;
    });
    observer.observe(whole.current);
    return () => observer.disconnect();
  }, [isStuck]);
  return whole;
}

/** Walks through the messages by arrows, where one of them has the focus, or the list itself. */
function useWalk(list: { readonly current: VirtuosoHandle | null }, count: number) {
  return (event: KeyboardEvent<HTMLElement>) => {
    const { target, currentTarget } = event;
    if (!(target instanceof HTMLElement) || target.closest('[role=menu], input, textarea')) return;
    const rows = [...currentTarget.querySelectorAll<HTMLElement>('.message')];
    const at = rows.indexOf(target.closest<HTMLElement>('.message') ?? document.body);
    const next = nextRow(event.key, at, rows);
    if (event.key === 'End') list.current?.scrollToIndex({ index: count - 1, align: 'end' });
    if (!next) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
  };
}

function nextRow(key: string, at: number, rows: readonly HTMLElement[]): HTMLElement | undefined {
  if (key === 'ArrowUp') return at < 0 ? rows.at(-1) : rows[Math.max(0, at - 1)];
  if (key === 'ArrowDown') return at < 0 ? rows.at(-1) : rows[at + 1];
  return undefined;
}
