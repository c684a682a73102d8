/** No body of a request is larger, bytes. */
export const MAX_REQUEST_BYTES = 8 * 1024 * 1024;
/** Keys of one lookup at most. */
export const MAX_LOOKUP_KEYS = 256;
/** Entries of one answer to a lookup together; what does not fit is asked for alone. */
export const MAX_LOOKUP_BYTES = 4 * 1024 * 1024;
/** Chunks of one request at most. */
export const MAX_BATCH_CHUNKS = 1024;
/** Clients put about this many bytes of chunks into one request; a single larger chunk goes alone. */
export const BATCH_BYTES = 4 * 1024 * 1024;
/** The first line of a framed body at most, bytes. */
export const MAX_FRAME_HEADER = 256 * 1024;
