import com.lesfurets.jenkins.unit.BasePipelineTest
import org.junit.Before

import com.lesfurets.jenkins.unit.global.lib.SourceRetriever

import static com.lesfurets.jenkins.unit.global.lib.LibraryConfiguration.library

/** Runs Jenkinsfiles with the library. Shell commands are recorded, with the variables that they see. */
abstract class LibraryTest extends BasePipelineTest {
    /** Stages, approvals and shell commands, in their order. */
    List<String> events = []
    /** Shell commands that fail, by a part of them. */
    List<String> failing = []
    /** Variables of the innermost `withEnv`. */
    List<String> variables = []

    /** The library is in this folder, whatever commit a Jenkinsfile names. */
    private static final SourceRetriever HERE = { repository, branch, target -> [new File('.').toURI().toURL()] }

    @Override
    @Before
    void setUp() throws Exception {
        scriptRoots += '.'
        super.setUp()
        helper.registerSharedLibrary(
            library('ipsy').defaultVersion('main').allowOverride(true).implicit(false).targetPath('target')
                .retriever(HERE).build())
        binding.setVariable('scm', [:])
        binding.setVariable('env', [BRANCH_NAME: 'main', JOB_NAME: 'checkout'])
        binding.setVariable('params', [:])
        helper.registerAllowedMethod('checkout', [Map], { [GIT_COMMIT: 'c0ffee'] })
        helper.registerAllowedMethod('stage', [String, Closure]) { name, body -> events << "stage ${name}".toString(); body() }
        helper.registerAllowedMethod('node', [String, Closure]) { label, body -> body() }
        helper.registerAllowedMethod('timeout', [Map, Closure]) { limit, body -> body() }
        helper.registerAllowedMethod('lock', [String, Closure]) { name, body -> events << "lock ${name}".toString(); body() }
        helper.registerAllowedMethod('input', [Map]) { events << "input ${it.message}".toString() }
        helper.registerAllowedMethod('echo', [String]) { events << "echo ${it}".toString() }
        helper.registerAllowedMethod('error', [String]) { throw new IllegalArgumentException(it.toString()) }
        helper.registerAllowedMethod('archiveArtifacts', [Map]) { events << "archive ${it.artifacts}".toString() }
        helper.registerAllowedMethod('properties', [List]) { events << "form ${it}".toString() }
        helper.registerAllowedMethod('parameters', [List]) { it }
        helper.registerAllowedMethod('choice', [Map]) { "${it.name}=${it.choices}" }
        helper.registerAllowedMethod('string', [Map]) { it.name }
        helper.registerAllowedMethod('withEnv', [List, Closure]) { values, body -> variables = values; body() }
        helper.registerAllowedMethod('sh', [String]) { run(it.toString()) }
    }

    /** Runs a Jenkinsfile that calls the library with some settings. */
    void pipeline(Map settings) {
        // Scripts are compiled once by path.
        File job = File.createTempFile('Jenkinsfile', '', new File('target'))
        job.text = "@Library('ipsy@main') _\nipsyPipeline(${settings.inspect()})\n"
        runScript(job.path)
    }

    /** A shell command, as the shell would see it. */
    void run(String command) {
        String seen = variables.inject(command) { text, variable ->
            def (name, value) = variable.toString().split('=', 2)
            text.replace("\"\$${name}\"", value)
        }
        events << seen
        if (failing.any { seen.contains(it) }) {
            throw new IOException("script returned exit code 1: ${seen}")
        }
    }

    /** The shell commands. */
    List<String> commands() {
        events.findAll { it.startsWith('sh ') || it.startsWith('ipsy-') }
    }
}
