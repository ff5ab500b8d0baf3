/** Who has a part, and by which request, so that one that is sent again is answered once. */
export interface PartHolder {
  /** The member. */
  readonly memberId: string;
  /** The request. */
  readonly requestId: string;
}
