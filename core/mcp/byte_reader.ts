/** Where the bytes of a body come from; whoever reads them cancels it. */
export type ByteReader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">;
