import type { ReactElement } from 'react';
import { useTexts } from './languages.ts';

/** The field for what a room is called. */
export function TitleField(props: {
  value: string;
  placeholder?: string;
  onChange: (title: string) => void;
}): ReactElement {
  const { value, placeholder, onChange } = props;
  return (
    <label>
      {useTexts().roomTitle}
      <input
        className="field"
        value={value}
        maxLength={100}
        placeholder={placeholder}
        autoFocus
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}
