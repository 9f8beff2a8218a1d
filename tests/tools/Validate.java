import java.io.File;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;

/** Holds files against a standard with veraPDF: {@code Validate 3a FILE...}.
 *  A line for each rule that a file breaks, with tabs between: file, clause and test, what is wrong. */
public final class Validate {
    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour standard = PDFAFlavour.fromString(arguments[0]);
        for (int index = 1; index < arguments.length; index++) {
            for (Map.Entry<String, String> broken : broken(arguments[index], standard).entrySet()) {
                String why = broken.getValue().replaceAll("\\s+", " ");
                System.out.println(arguments[index] + "\t" + broken.getKey() + "\t" + why);
            }
        }
    }

    private static Map<String, String> broken(String name, PDFAFlavour standard) {
        Map<String, String> broken = new LinkedHashMap<>();
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(name), standard);
                PDFAValidator validator =
                        Foundries.defaultInstance().createValidator(standard, false)) {
            for (TestAssertion assertion : validator.validate(parser).getTestAssertions()) {
                if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                    String rule = assertion.getRuleId().getClause()
                            + "-" + assertion.getRuleId().getTestNumber();
                    broken.putIfAbsent(rule, assertion.getMessage());
                }
            }
        } catch (Exception error) {
            broken.put("unreadable", String.valueOf(error));
        }
        return broken;
    }
}
