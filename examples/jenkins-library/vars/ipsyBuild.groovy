/**
 * Refuses what is not pinned, runs the tests and builds the image.
 *
 *   ipsyBuild(image: 'REGISTRY/APP:TAG')
 */
def call(Map settings) {
    sh('ipsy-post-renderer check --pins .')
    withEnv(["IMAGE=${settings.image}"]) {
        sh('sh ci/image.sh "$IMAGE"')
    }
}

/** Pushes the image that was built. The first environment owns its repository. */
def push(Map settings) {
    withEnv(["IMAGE=${settings.image}"]) {
        sh('sh ci/push.sh "$IMAGE"')
    }
}
