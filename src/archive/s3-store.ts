import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { ArchiveStore } from './archive-store.js';

/** Keeps an archive in an S3-compatible store, where a file is there once its upload is complete. */
export function createS3Store(options: {
  bucket: string;
  /** What names begin with; may be empty. */
  prefix: string;
  /** That of AWS where left out. */
  endpoint: string | undefined;
  region: string;
}): ArchiveStore {
  const { bucket: Bucket, endpoint, region } = options;
  const prefix = options.prefix === '' ? '' : `${options.prefix.replace(/\/+$/, '')}/`;
  const client = new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    // Compatible stores know MD5 and SHA-256 at most; every file has a SHA-256 in its manifest.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const keyOf = (name: string) => prefix + name;

  return {
    location: `s3://${Bucket}/${prefix}`,
    async put(name, content) {
      const upload = new Upload({ client, params: { Bucket, Key: keyOf(name), Body: content } });
      await upload.done();
    },
    async get(name) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: keyOf(name) }));
      if (Body === undefined) throw new Error(`${name} has no content`);
      return Body as Readable;
    },
    async list() {
      const names: string[] = [];
      for (let ContinuationToken: string | undefined; ; ) {
        const page = await client.send(
          new ListObjectsV2Command({
            Bucket,
            Prefix: prefix,
            ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
          }),
        );
        for (const { Key } of page.Contents ?? []) {
          if (Key !== undefined) names.push(Key.slice(prefix.length));
        }
        if (!page.IsTruncated) return names.toSorted();
        ContinuationToken = page.NextContinuationToken;
      }
    },
    async delete(name) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(name) }));
    },
  };
}
