/** Name of the database that clones are made from. Nobody can connect to it, so it stays as it was made. */
export const TEMPLATE_DATABASE = "cleanroom_template";

/** Name of the database that clones are made from which can be reset. */
export const RESET_TEMPLATE_DATABASE = "cleanroom_template_reset";
