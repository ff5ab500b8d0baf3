/** Schema of what notes the writes of tests, in every database that can be reset. They cannot look into it. */
export const MARKS_SCHEMA = "cleanroom_marks";
