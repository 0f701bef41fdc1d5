import { useEffect, useRef, type FormEvent, type ReactElement, type ReactNode } from 'react';
import { IconButton } from './icon-button.tsx';
import { useTexts } from './languages.ts';

/** A question that is answered before anything else. Escape closes it; the focus goes back to where it was. */
export function Dialog(props: {
  title: string;
  children: ReactNode;
  onClose: () => void;
}): ReactElement {
  const { title, children, onClose } = props;
  const texts = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-label={title}
      onClose={onClose}
      onClick={({ target }) => {
        if (target === dialog.current) onClose();
      }}
    >
      <div className="dialog-body">
        <header>
          <h2>{title}</h2>
          <IconButton icon="close" label={texts.close} onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}

/** A dialog that asks before it is done. */
export function Confirm(props: {
  title: string;
  text: string;
  action: string;
  onConfirm: () => void;
  onClose: () => void;
}): ReactElement {
  const { title, text, action, onConfirm, onClose } = props;
  const texts = useTexts();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onConfirm();
    onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        <p className="muted">{text}</p>
        <div className="actions">
          <button type="button" className="button" onClick={onClose}>
            {texts.cancel}
          </button>
          <button type="submit" className="button danger" autoFocus>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
