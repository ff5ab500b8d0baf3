/** Name of the superuser that Cleanroom itself connects as, where `username` is an ordinary role. */
export const INTERNAL_SUPERUSER = "cleanroom";
