/** Which columns the list has, and in which order; any field may be one. */

import { useEffect, useState } from "preact/hooks";
import {
  columnLabel,
  FIELDS_MOST,
  fieldsOf,
  isOwn,
  isPlain,
  movedUp,
  OWN_COLUMNS,
  PLAIN_COLUMNS,
  withColumn,
} from "../../model/columns";
import { isAbort } from "../../model/problem";
import * as facets from "../../state/facets";
import { Field } from "../field";
import { Icon } from "../glyphs";
import { Popover } from "../popover";

interface ColumnsProps {
  columns: readonly string[];
  onColumns: (columns: readonly string[]) => void;
  onClose: () => void;
}

export function ColumnsMenu({ columns, onColumns, onClose }: ColumnsProps) {
  const all = [...columns, ...OWN_COLUMNS.filter((column) => !columns.includes(column))];
  return (
    <Popover role="dialog" label="Columns" onClose={onClose}>
      <div class="columns-menu" data-testid="columns">
        {all.map((column) => {
          const isOn = columns.includes(column);
          return (
            <div class="row" key={column}>
              <button
                class="menu-row"
                type="button"
                role="checkbox"
                aria-checked={isOn}
                data-testid={`column-${column}`}
                onClick={() => onColumns(withColumn(columns, column))}
              >
                <span class={`check ${isOn ? "is-on" : ""}`}>{isOn ? <Icon name="check" /> : null}</span>
                <span class={`cut ${isOwn(column) ? "" : "mono"}`}>{columnLabel(column)}</span>
              </button>
              {isOn && column !== columns[0] ? (
                <button
                  class="btn btn-s btn-quiet btn-icon"
                  type="button"
                  aria-label={`Move ${columnLabel(column)} forward`}
                  title="Move forward"
                  onClick={() => onColumns(movedUp(columns, column))}
                >
                  <Icon name="up" />
                </button>
              ) : null}
            </div>
          );
        })}
        {fieldsOf(columns).length < FIELDS_MOST ? <FieldBox columns={columns} onColumns={onColumns} /> : null}
        {isPlain(columns) ? null : (
          <button class="menu-row muted" type="button" onClick={() => onColumns(PLAIN_COLUMNS)}>
            As they were at first
          </button>
        )}
      </div>
    </Popover>
  );
}

function FieldBox({ columns, onColumns }: Omit<ColumnsProps, "onClose">) {
  const [sought, setSought] = useState("");
  const [found, setFound] = useState<readonly string[]>([]);
  useEffect(() => {
    setFound([]);
    if (sought.trim() === "") return;
    const abort = new AbortController();
    const timer = setTimeout(
      () =>
        facets.fieldsLike(sought.trim(), abort.signal).then(
          (names) => setFound(names.filter((name) => !isOwn(name) && !columns.includes(name)).slice(0, 6)),
          (error) => {
            if (!isAbort(error)) setFound([]);
          },
        ),
      120,
    );
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [sought, columns]);
  const add = (name: string) => {
    setSought("");
    onColumns(withColumn(columns, name));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const name = found[0] ?? sought.trim();
        if (name !== "") add(name);
      }}
    >
      <Field
        value={sought}
        onValue={setSought}
        placeholder="Any field: env, @http.route"
        label="Add a field"
        testId="column-field"
      />
      {found.map((name) => (
        <button class="menu-row" type="button" key={name} onClick={() => add(name)}>
          <span aria-hidden="true">+</span>
          <span class="cut mono">{name}</span>
        </button>
      ))}
    </form>
  );
}
