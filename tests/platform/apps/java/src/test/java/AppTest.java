import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import org.junit.Test;

public class AppTest {
    @Test
    public void unknownPathsHaveNoAnswer() {
        assertEquals("ok", App.answer("/healthz"));
        assertNull(App.answer("/other"));
    }
}
