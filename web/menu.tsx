import {
  useEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
} from 'react';

/** One thing that a menu offers. */
export interface MenuItem {
  readonly label: string;
  readonly isDangerous?: boolean;
  /** What stands in its place, where the label is only for screen readers. */
  readonly shown?: string;
  onPick(): void;
}

/** A button with a menu below it: arrows walk through it, Escape and a click elsewhere close it. */
export function Menu(props: {
  label: string;
  items: readonly MenuItem[];
  children: ReactNode;
  className?: string;
  /** In one row, as a palette. */
  isRow?: boolean;
}): ReactElement {
  const { label, items, children, className = 'icon-button', isRow = false } = props;
  const [isOpen, setOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    whole.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
    const close = ({ target }: Event) => {
      if (!whole.current?.contains(target as Node)) setOpen(false);
    };
    addEventListener('pointerdown', close);
    addEventListener('focusin', close);
    return () => {
      removeEventListener('pointerdown', close);
      removeEventListener('focusin', close);
    };
  }, [isOpen]);
  const walk = (event: KeyboardEvent) => {
    if (!isOpen) return;
    if (event.key === 'Escape') {
      setOpen(false);
      button.current?.focus();
    } else if (!step(event.key, whole.current)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="menu" ref={whole} onKeyDown={walk}>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {children}
      </button>
      {isOpen && (
        <div role="menu" aria-label={label} className={`menu-list ${isRow ? 'row' : ''}`}>
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              className={item.isDangerous ? 'danger' : ''}
              aria-label={item.label}
              onClick={() => {
                setOpen(false);
                button.current?.focus();
                item.onPick();
              }}
            >
              {item.shown ?? item.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** Moves the focus by an arrow. Was it one? */
function step(key: string, menu: HTMLElement | null): boolean {
  const items = [...(menu?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[key];
  if (by === undefined) return false;
  items.at((at + by + items.length) % items.length)?.focus();
  return true;
}
