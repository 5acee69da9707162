import org.junit.Test

/**
 * Runs the Jenkinsfile of a real repository, with its shell commands: mvn test -Dtest=RealPipelineTest
 * -Drepository=FOLDER -Dtag=TAG.
 */
class RealPipelineTest extends LibraryTest {
    private static final File REPOSITORY = new File(System.getProperty('repository'))
    private static final String TAG = System.getProperty('tag')

    @Test
    void a_merge() {
        helper.registerAllowedMethod('checkout', [Map], { [GIT_COMMIT: TAG] })
        runScript(new File(REPOSITORY, 'Jenkinsfile').path)
        assert commands().size() == 6
    }

    @Test
    void a_form() {
        binding.setVariable('params', [ENVIRONMENT: 'dev', TAG: TAG])
        File job = File.createTempFile('Jenkinsfile', '', new File('target'))
        String text = new File(REPOSITORY, 'Jenkinsfile').text
        job.text = text.replace('ipsyPipeline(', 'ipsyPipeline(\n    form: true,')
        runScript(job.path)
        assert commands().size() == 2
    }

    @Override
    void run(String command) {
        super.run(command)
        File log = File.createTempFile('command', '.log', new File('target'))
        ProcessBuilder builder = new ProcessBuilder('sh', '-e', '-c', command)
        builder.directory(REPOSITORY).redirectErrorStream(true).redirectOutput(log)
        variables.each { variable ->
            def (name, value) = variable.toString().split('=', 2)
            builder.environment()[name] = value
        }
        if (builder.start().waitFor() != 0) {
            throw new IOException("${command}:\n${log.text}")
        }
    }
}
