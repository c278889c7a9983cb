/** The field of a small form that floats: a line of text without the browser's own guesses. */

interface FieldProps {
  value: string;
  onValue: (value: string) => void;
  placeholder: string;
  /** For who does not see the placeholder. */
  label: string;
  testId: string;
  /** Takes the room that its row has left. */
  grows?: boolean;
  /** Nothing is sent without it, nor more than so many characters. */
  isRequired?: boolean;
  most?: number;
}

export function Field({ value, onValue, placeholder, label, testId, grows, isRequired, most }: FieldProps) {
  return (
    <label class={`field field-s ${grows ? "grow" : ""}`}>
      <input
        type="text"
        {...{ value, placeholder, maxLength: most, required: isRequired }}
        aria-label={label}
        data-testid={testId}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </label>
  );
}
