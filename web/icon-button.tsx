import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';

/** A button that is an icon alone: `label` says to screen readers what it does. */
export function IconButton(props: {
  icon: IconName;
  label: string;
  /** Shown while one points at it. */
  hint?: string;
  className?: string;
  isPressed?: boolean;
  onClick: () => void;
  /** Stands on the icon. */
  children?: ReactNode;
}): ReactElement {
  const { icon, label, hint, className, isPressed, onClick, children } = props;
  return (
    <button
      type="button"
      className={className ? `icon-button ${className}` : 'icon-button'}
      aria-label={label}
      aria-pressed={isPressed}
      title={hint}
      onClick={onClick}
    >
      <Icon name={icon} />
      {children}
    </button>
  );
}
