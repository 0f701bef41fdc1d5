import { useContext, useState, type ReactElement } from 'react';
import { Dialog } from './dialog.tsx';
import { IconButton } from './icon-button.tsx';
import { Language, languages } from './languages.ts';

/** How the page looks. */
export type Theme = 'auto' | 'light' | 'dark';
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

/** What can be set. */
export interface SettingsProps {
  readonly theme: Theme;
  onTheme(theme: Theme): void;
  onLanguage(code: string): void;
  onLeave(): void;
}

/** A button, and what can be set behind it. */
export function Settings(props: SettingsProps): ReactElement {
  const { theme, onTheme, onLanguage, onLeave } = props;
  const { code, texts } = useContext(Language);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <IconButton
        icon="settings"
        label={texts.settings}
        hint={texts.settings}
        onClick={() => setOpen(true)}
      />
      {isOpen && (
        <Dialog title={texts.settings} onClose={() => setOpen(false)}>
          <fieldset className="choice">
            <legend>{texts.theme}</legend>
            {THEMES.map((each) => (
              <label key={each}>
                <input
                  type="radio"
                  name="theme"
                  checked={theme === each}
                  onChange={() => onTheme(each)}
                />
                {texts[each]}
              </label>
            ))}
          </fieldset>
          <fieldset className="choice">
            <legend>{texts.languageChoice}</legend>
            {[...languages].map(([each, { language }]) => (
              <label key={each} lang={each}>
                <input
                  type="radio"
                  name="language"
                  checked={code === each}
                  onChange={() => onLanguage(each)}
                />
                {language}
              </label>
            ))}
          </fieldset>
          <div className="actions">
            <button type="button" className="button danger" onClick={onLeave}>
              {texts.signOut}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** Is it one of the looks? */
export function isTheme(name: string | undefined): name is Theme {
  return THEMES.some((theme) => theme === name);
}
