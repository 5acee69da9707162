/**
 * Scans the image and the configuration by the policy of the standards, and keeps the report.
 *
 *   ipsyScan(image: 'REGISTRY/APP:TAG')
 */
def call(Map settings) {
    try {
        withEnv(["IMAGE=${settings.image}"]) {
            sh('sh ci/scan.sh "$IMAGE"')
        }
    } finally {
        archiveArtifacts(artifacts: 'scan.json', allowEmptyArchive: true)
    }
}
