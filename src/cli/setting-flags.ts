/** Settings that commands are given. */
export interface SettingFlags {
  /** Settings as `path=value`. */
  readonly set?: readonly string[];
  /** The seed. */
  readonly seed?: string;
  /** Whether images other than those that are locked are refused. */
  readonly frozen?: boolean;
}

/** The same as `path=value`, the flags last. */
export function assignmentsOf({ set = [], seed, frozen }: SettingFlags): readonly string[] {
  return [
    ...set,
    ...(seed === undefined ? [] : [`seed=${seed}`]),
    ...(frozen === undefined ? [] : [`frozen=${String(frozen)}`]),
  ];
}
